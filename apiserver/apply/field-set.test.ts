import { expect, it } from "vitest";
import {
  difference,
  EMPTY,
  equalSets,
  type FieldSet,
  forEachField,
  inOrder,
  intersection,
  isEmpty,
  isWithin,
  recursiveDifference,
  union,
  unionOf,
} from "./field-set.ts";

const tree = (json: object) => json as FieldSet;
const A = tree({ "f:data": { ".": {}, "f:a": {} }, "f:metadata": { "f:labels": { "f:x": {} } } });

/** The fields of a set as texts: what the operations are measured by. */
function fieldsOf(set: FieldSet): string[] {
  const fields: string[] = [];
  forEachField(set, (way) => fields.push(way.join("/")));
  return fields;
}

it("tells a field by a dot or by nothing below it", () => {
  expect(fieldsOf(A)).toEqual(["f:data", "f:data/f:a", "f:metadata/f:labels/f:x"]);
  expect(fieldsOf(EMPTY)).toEqual([]);
});

it("takes away fields, not what is above or below them", () => {
  expect(difference(A, tree({ "f:data": { "f:a": {} } }))).toEqual({ "f:data": {}, "f:metadata": { "f:labels": { "f:x": {} } } });
  expect(difference(A, tree({ "f:data": {} }))).toEqual({ "f:data": { "f:a": {} }, "f:metadata": { "f:labels": { "f:x": {} } } });
  expect(difference(A, tree({ "f:metadata": {} }))).toBe(A);
});

it("takes away everything below as well where that is asked for", () => {
  expect(recursiveDifference(A, tree({ "f:data": {} }))).toEqual({ "f:metadata": { "f:labels": { "f:x": {} } } });
  expect(recursiveDifference(A, tree({ "f:metadata": { "f:labels": {} } }))).toEqual({ "f:data": { ".": {}, "f:a": {} } });
});

it("gives back the very set where nothing is taken away", () => {
  expect(difference(A, tree({ "f:spec": {}, "f:data": { "f:b": {} } }))).toBe(A);
  expect(union(A, EMPTY)).toBe(A);
});

it("orders names, then keys, values and indices, each by what it says", () => {
  const set = tree({
    "i:2": {},
    "v:10": {},
    "v:9": {},
    'k:{"p":10}': {},
    'k:{"p":9}': {},
    "f:\u{10000}": {},
    "f:\uffff": { "f:b": {}, ".": {}, "f:a": {} },
  });
  const ordered = inOrder(set);
  expect(Object.keys(ordered)).toEqual(["f:\uffff", "f:\u{10000}", 'k:{"p":9}', 'k:{"p":10}', "v:9", "v:10", "i:2"]);
  expect(Object.keys(ordered["f:\uffff"] as object)).toEqual([".", "f:a", "f:b"]);
  expect(inOrder(ordered)).toBe(ordered);
});

it("agrees with plain sets of ways on whatever is united, intersected and taken away", () => {
  let seed = 7;
  const random = (limit: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * limit);
  };
  const some = () => {
    let set: FieldSet = EMPTY;
    for (let i = random(8); i > 0; i--) {
      const way = Array.from({ length: 1 + random(3) }, () => `f:${"abc"[random(3)]}`);
      set = union(
        set,
        way.reduceRight<FieldSet>((below, element) => ({ [element]: below }), EMPTY),
      );
    }
    return set;
  };
  for (let round = 0; round < 500; round++) {
    const [a, b] = [some(), some()];
    const [x, y] = [new Set(fieldsOf(a)), new Set(fieldsOf(b))];
    const sorted = (fields: Iterable<string>) => [...fields].sort();
    expect(sorted(fieldsOf(union(a, b)))).toEqual(sorted(new Set([...x, ...y])));
    expect(sorted(fieldsOf(intersection(a, b)))).toEqual(sorted([...x].filter((field) => y.has(field))));
    expect(sorted(fieldsOf(difference(a, b)))).toEqual(sorted([...x].filter((field) => !y.has(field))));
    const below = (field: string) => [...y].some((other) => field === other || field.startsWith(`${other}/`));
    expect(sorted(fieldsOf(recursiveDifference(a, b)))).toEqual(sorted([...x].filter((field) => !below(field))));
    expect(equalSets(a, b)).toBe(sorted(x).join() === sorted(y).join());
    expect(isEmpty(difference(a, union(a, b)))).toBe(true);
  }
});

it("tells whether everything in one set is in another", () => {
  expect(isWithin(A, A)).toBe(true);
  expect(isWithin(tree({ "f:data": { "f:a": {} } }), A)).toBe(true);
  expect(isWithin(tree({ "f:data": {} }), A)).toBe(true);
  expect(isWithin(tree({ "f:metadata": {} }), A)).toBe(false);
  expect(isWithin(tree({ "f:data": { "f:b": {} } }), A)).toBe(false);
  expect(isWithin(A, tree({ "f:data": { ".": {} }, "f:metadata": { "f:labels": { "f:x": {} } } }))).toBe(false);
});

it("unites any number of sets at once as it does one after the other", () => {
  const sets = [
    A,
    tree({ "f:metadata": {} }),
    EMPTY,
    tree({ "f:data": { "f:b": { "f:c": {} } } }),
    tree({ "f:data": { "f:a": { "f:x": {} } } }),
  ];
  expect(unionOf(sets)).toEqual(sets.reduce(union));
  expect(unionOf([A])).toBe(A);
  expect(unionOf([])).toEqual(EMPTY);
  const many = Array.from({ length: 20_000 }, (_, i) => tree({ "f:data": { [`f:${i}`]: {} } }));
  expect(fieldsOf(unionOf(many))).toHaveLength(20_000);
});

it("knows large sets for what they are", () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `f:${i}`);
  const large = tree({ "f:data": Object.fromEntries(names.map((name) => [name, {}])) });
  expect(isEmpty(difference(large, A))).toBe(false);
  expect(isEmpty(difference(union(large, A), large))).toBe(false);
  expect(isEmpty(difference(large, large))).toBe(true);
  expect(intersection(large, union(large, A))).toEqual(large);
  expect(difference(union(large, A), A)).toEqual(large);
});

it("puts many items in order by what their keys say", () => {
  const items = Array.from({ length: 3_000 }, (_, i) => `k:{"n":${(i * 7) % 3_000}}`);
  const ordered = Object.keys(inOrder(tree(Object.fromEntries([...items, ".", "f:z"].map((element) => [element, {}])))));
  expect(ordered).toEqual([".", "f:z", ...items.map((_, i) => `k:{"n":${i}}`)]);
});
