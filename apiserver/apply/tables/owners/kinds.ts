import { defineKind } from "../../../../apis/define-kind.ts";
import type { KindDefinition } from "../../../../apis/kind.ts";
import { anyObject, boolean, integer, keyedList, list, map, number, object, optional, string } from "../../../../apis/typed-schema.ts";

type Properties = Parameters<typeof object>[1];
type Options = Parameters<typeof object>[2];

const ATOMIC_MAP: Options = { "x-kubernetes-map-type": "atomic" };
const SET: Options = { "x-kubernetes-list-type": "set" };

/** A custom kind whose spec has these members, none of them required. */
function kindOf(members: Properties, version = "v1", options: Options = {}): KindDefinition {
  const spec = object(undefined, allOptional(members), options);
  const status = object(undefined, { phase: optional(string()), count: optional(integer()) });
  return defineKind({
    group: "test.example.com",
    version,
    kind: "Box",
    plural: "boxes",
    flavor: "custom",
    schema: object(undefined, { spec: optional(spec), status: optional(status) }),
    subresources: { status: {} },
  });
}

function allOptional(members: Properties): Properties {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, optional(member)]));
}

const struct = (members: Properties, options: Options = {}) => object(undefined, allOptional(members), options);

const text = string();
const size = integer();

const members: Properties = {
  text,
  other: text,
  size,
  on: boolean(),
  ratio: number(),
  list: list(undefined, text),
  set: list(undefined, text, SET),
  numbers: list(undefined, number(), SET),
  map: map(undefined, text),
  atomicMap: map(undefined, text, ATOMIC_MAP),
  struct: struct({ a: text, b: text, deep: struct({ c: text, d: text }) }),
  atomicStruct: struct({ a: text, b: text }, ATOMIC_MAP),
  free: anyObject("Anything."),
};

/** One member of every plain sort. */
export const plain = [kindOf(members)];

/** The same in two versions. */
export const twoVersions = [kindOf(members, "v1"), kindOf(members, "v2")];

const item = struct({
  name: text,
  value: size,
  other: text,
  set: list(undefined, text, SET),
  map: map(undefined, text),
  items: keyedList(undefined, ["id"], struct({ id: size, note: text })),
});

/** A map of maps of maps and so on, as far as the cases go. */
const tree = Array.from({ length: 8 }).reduce<ReturnType<typeof map>>((below) => map(undefined, below), map(undefined, text));

const nestedMembers: Properties = {
  items: keyedList(undefined, ["name"], item),
  mapOfSets: map(undefined, list(undefined, text, SET)),
  mapOfMaps: map(undefined, map(undefined, text)),
  mapOfStructs: map(undefined, struct({ a: text, b: text })),
  struct: struct({ name: text, set: list(undefined, text, SET), map: map(undefined, text), inner: struct({ a: text, b: text }) }),
  tree,
};

/** Maps and lists in maps and lists. */
export const nested = [kindOf(nestedMembers)];

/** The same in four versions. */
export const nestedVersions = ["v1", "v2", "v3", "v4"].map((version) => kindOf(nestedMembers, version));

const port = (options: Options = {}) =>
  struct({ port: size, protocol: string(undefined, { default: "TCP" }), host: string(undefined, { default: "any" }), name: text }, options);

/** Lists whose keys have defaults. */
export const defaults = [
  kindOf({
    ports: keyedList(undefined, ["port", "protocol"], port()),
    modes: keyedList(undefined, ["protocol"], port()),
    both: keyedList(undefined, ["host", "protocol"], port()),
    atomic: keyedList(undefined, ["port", "protocol"], port(ATOMIC_MAP)),
  }),
];

const sentence = struct({ page: number(undefined, { default: 2.0 }), line: integer(undefined, { default: 3 }), text });
const chapter = struct({
  chapter: integer(undefined, { default: 1 }),
  section: string(undefined, { default: "A" }),
  sentences: keyedList(undefined, ["page", "line"], sentence),
});

/** Lists whose keys all have defaults, one in the other. */
export const books = [kindOf({ book: keyedList(undefined, ["chapter", "section"], chapter) })];

const KEEPS: Options = { "x-kubernetes-preserve-unknown-fields": true };

/** A kind that says nothing of its spec. */
export const undeclared = [kindOf({}, "v1", KEEPS)];

/** The same in four versions. */
export const undeclaredVersions = ["v1", "v2", "v3", "v4"].map((version) => kindOf({}, version, KEEPS));

/** A kind that says something of its spec, and keeps the rest. */
export const keeping = [kindOf({ size }, "v1", KEEPS)];

/** What a schema said before it changed, and after: `is` is the very same data. */
export const parts = [
  kindOf({
    is: struct({ a: text, b: text }),
    items: keyedList(undefined, ["name"], struct({ name: text, value: text })),
    map: map(undefined, text),
  }),
];
export const wholes = [
  kindOf({
    is: struct({ a: text, b: text }, ATOMIC_MAP),
    items: list(undefined, struct({ name: text, value: text })),
    map: map(undefined, text, ATOMIC_MAP),
  }),
];

/** A key more than {@link oneKey}. */
export const twoKeys = [
  kindOf({ items: keyedList(undefined, ["name", "zone"], struct({ name: text, zone: string(undefined, { default: "x" }), value: text })) }),
];
export const oneKey = [
  kindOf({ items: keyedList(undefined, ["name"], struct({ name: text, zone: string(undefined, { default: "x" }), value: text })) }),
];
/** The new key has no default. */
export const twoKeysLoose = [kindOf({ items: keyedList(undefined, ["name", "zone"], struct({ name: text, zone: text, value: text })) })];
export const oneKeyLoose = [kindOf({ items: keyedList(undefined, ["name"], struct({ name: text, zone: text, value: text })) })];

export const secondOnly = [kindOf(members, "v2")];
