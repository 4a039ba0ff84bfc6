import { describe, expect, it } from "vitest";
import type { KubeObject, ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { configMap } from "../../apis/core/v1/config-map.ts";
import { event } from "../../apis/core/v1/event.ts";
import { event as eventsEvent } from "../../apis/events/v1/event.ts";
import { FieldManager, isUnchanged, type Write } from "./field-manager.ts";
import { box, boxes, boxOf, liveBox } from "./testing/box.ts";
import { Versions } from "./versions.ts";

const EARLY = "2026-01-01T00:00:00Z";
const LATE = "2026-01-02T00:00:00Z";
const by = (manager: string, more: Partial<Write> = {}): Write => ({ manager, part: "", time: EARLY, ...more });
const applyBy = (manager: string, more: Partial<Write> & { force?: boolean } = {}) => ({
  ...by(manager, more),
  force: more.force ?? false,
});

const configMaps = new FieldManager(configMap, new Versions(configMap, [configMap]));
const mapOf = (data: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", ...metadata }, data }) as KubeObject;

/** `manager operation[ subresource][ at time]`, and what it owns. */
function owners({ metadata }: KubeObject): Record<string, unknown> {
  return Object.fromEntries(
    (metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }) => [
      `${manager} ${operation}${subresource ? ` ${subresource}` : ""}`,
      fieldsV1,
    ]),
  );
}

/** A box that these managers have applied to, one after the other. */
function applied(...applies: [manager: string, spec: object][]): KubeObject {
  let live: KubeObject | undefined;
  for (const [manager, spec] of applies) {
    live = structuredClone(boxes.apply(live, boxOf(spec), applyBy(manager)));
    live.metadata.uid = "u";
  }
  return live as KubeObject;
}

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "taken";
}

describe("a create", () => {
  it("owns what it sets, but for the object's identity", () => {
    const object = mapOf({ a: "1" }, { namespace: "n", labels: { x: "y" }, generateName: "m-" });
    configMaps.trackCreate(object, by("me"));
    expect(object.metadata.managedFields).toEqual([
      {
        manager: "me",
        operation: "Update",
        apiVersion: "v1",
        time: EARLY,
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:data": { ".": {}, "f:a": {} },
          "f:metadata": { "f:generateName": {}, "f:labels": { ".": {}, "f:x": {} } },
        },
      },
    ]);
  });

  it("does not own the status of a kind that has one of its own", () => {
    const object = liveBox({ text: "a" });
    object.status = { phase: "Up" };
    boxes.trackCreate(object, by("me"));
    expect(owners(object)).toEqual({ "me Update": { "f:spec": { ".": {}, "f:text": {} } } });
  });

  it("passes over managedFields in the body, and has no entry where nothing is owned", () => {
    const object = mapOf({}, { managedFields: [{ manager: "x", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1" }] });
    delete object.data;
    configMaps.trackCreate(object, by("me"));
    expect(object.metadata).toEqual({ name: "m" });
  });
});

describe("an update", () => {
  const live = () => {
    const object = mapOf({ a: "1", b: "1" }, { uid: "u" });
    configMaps.trackCreate(object, by("one"));
    return object;
  };

  it("takes what it changes from others and leaves the rest of their entries as they are", () => {
    const before = live();
    const object = mapOf({ a: "1", b: "2", c: "1" });
    configMaps.trackUpdate(before, object, by("two", { time: LATE }));
    expect(owners(object)).toEqual({
      "one Update": { "f:data": { ".": {}, "f:a": {} } },
      "two Update": { "f:data": { "f:b": {}, "f:c": {} } },
    });
    expect(object.metadata.managedFields?.map(({ time }) => time)).toEqual([EARLY, LATE]);
  });

  it("of nothing keeps the very entries", () => {
    const before = live();
    const object = mapOf({ a: "1", b: "1" });
    configMaps.trackUpdate(before, object, by("two", { time: LATE }));
    expect(object.metadata.managedFields?.[0]).toBe(before.metadata.managedFields?.[0]);
  });

  it("that removes makes nobody an owner", () => {
    const object = mapOf({ a: "1" });
    configMaps.trackUpdate(live(), object, by("two"));
    expect(owners(object)).toEqual({ "one Update": { "f:data": { ".": {}, "f:a": {} } } });
  });

  it("by way of the status owns no more than the status", () => {
    const before = liveBox({ text: "a" });
    boxes.trackCreate(before, by("one"));
    const object = { ...structuredClone(before), spec: { text: "b" }, status: { phase: "Up" } };
    boxes.trackUpdate(before, object, by("two", { part: "status" }));
    expect(owners(object)).toEqual({
      "one Update": { "f:spec": { ".": {}, "f:text": {} } },
      "two Update status": { "f:status": { ".": {}, "f:phase": {} } },
    });
  });

  it("that does not fit the schema is not tracked", () => {
    const before = liveBox({ text: "a" });
    boxes.trackCreate(before, by("one"));
    const object = liveBox({ text: 5 });
    boxes.trackUpdate(before, object, by("two"));
    expect(object.metadata.managedFields).toBe(before.metadata.managedFields);
  });

  const entry: ManagedFieldsEntry = {
    manager: "x",
    operation: "Apply",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": { "f:a": {} } },
  };
  it.each<[string, ManagedFieldsEntry[], Record<string, unknown>]>([
    ["entries are taken", [entry], { "x Apply": { "f:data": { "f:a": {} } } }],
    [
      "a later entry of the same manager counts",
      [entry, { ...entry, fieldsV1: { "f:data": { ".": {} } } }],
      { "x Apply": { "f:data": {} } },
    ],
    ["an empty list forgets all owners", [], {}],
    ["one empty entry as well", [{}], {}],
    ["two empty entries make no sense", [{}, {}], { "one Update": { "f:data": { ".": {}, "f:a": {}, "f:b": {} } } }],
    [
      "nor does a step of no known form",
      [{ ...entry, fieldsV1: { data: {} } }],
      { "one Update": { "f:data": { ".": {}, "f:a": {}, "f:b": {} } } },
    ],
    [
      "nor another operation",
      [{ ...entry, operation: "Sell" as "Apply" }],
      { "one Update": { "f:data": { ".": {}, "f:a": {}, "f:b": {} } } },
    ],
  ])("may edit managedFields: %s", (_, managedFields, expected) => {
    const object = mapOf({ a: "1", b: "1" }, { managedFields });
    configMaps.trackUpdate(live(), object, by("two"));
    expect(owners(object)).toEqual(expected);
  });

  it("of an object whose owners were forgotten tracks nothing", () => {
    const object = mapOf({ a: "2" });
    configMaps.trackUpdate(mapOf({ a: "1" }, { uid: "u" }), object, by("two"));
    expect(object.metadata.managedFields).toBeUndefined();
  });

  it("merges the oldest of more than ten updaters", () => {
    let object = mapOf({ base: "1" }, { uid: "u" });
    configMaps.trackCreate(object, by("m00"));
    for (let i = 1; i <= 12; i++) {
      const next = mapOf({ ...(object.data as object), [`k${i}`]: "1" }, { uid: "u" });
      const name = `m${String(i).padStart(2, "0")}`;
      configMaps.trackUpdate(object, next, by(name, { time: `2026-01-01T00:00:${String(i).padStart(2, "0")}Z` }));
      object = next;
    }
    const names = object.metadata.managedFields?.map(({ manager }) => manager);
    expect(names).toEqual(["ancient-changes", "m04", "m05", "m06", "m07", "m08", "m09", "m10", "m11", "m12"]);
    expect(owners(object)["ancient-changes Update"]).toEqual({ "f:data": { ".": {}, "f:base": {}, "f:k1": {}, "f:k2": {}, "f:k3": {} } });
  });
});

it("sees owners of another group's version in the fields of theirs", () => {
  const events = new FieldManager(eventsEvent, new Versions(eventsEvent, [event, eventsEvent]));
  const core = new FieldManager(event, new Versions(event, [event, eventsEvent]));
  const before = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", uid: "u" },
    involvedObject: {},
    message: "a",
    source: {},
  } as KubeObject;
  core.trackCreate(before, by("old"));
  const seen = eventsEvent.storedAs?.fromStored(structuredClone(before)) as KubeObject;
  const object = structuredClone(seen);
  object.note = "b";
  events.trackUpdate(seen, object, by("new"));
  expect(owners(object)).toEqual({ "new Update": { "f:note": {} } });
});

describe("owners of a version that a built-in kind no longer has", () => {
  const entryOf = (manager: string, operation: "Apply" | "Update", apiVersion: string, fields: object): ManagedFieldsEntry => ({
    manager,
    operation,
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": fields },
  });

  it("are forgotten by the next update", () => {
    const managedFields = [entryOf("old", "Update", "v0", { "f:a": {} }), entryOf("one", "Update", "v1", { "f:b": {} })];
    const object = mapOf({ a: "1", b: "1", c: "1" });
    configMaps.trackUpdate(mapOf({ a: "1", b: "1" }, { uid: "u", managedFields }), object, by("two"));
    expect(owners(object)).toEqual({ "one Update": { "f:data": { "f:b": {} } }, "two Update": { "f:data": { "f:c": {} } } });
  });

  it("lose nothing of what they applied there, for nobody knows what it was", () => {
    const managedFields = [entryOf("one", "Apply", "v0", { "f:a": {}, "f:b": {} })];
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, data: { a: "1" } };
    const object = configMaps.apply(mapOf({ a: "1", b: "1" }, { uid: "u", managedFields }), config, applyBy("one"));
    expect(object.data).toEqual({ a: "1", b: "1" });
    expect(owners(object)).toEqual({ "one Apply": { "f:data": { "f:a": {} } } });
  });
});

describe("a write that changes nothing but times", () => {
  it("is none", () => {
    const live = mapOf({ a: "1" });
    configMaps.trackCreate(live, by("one"));
    const object = structuredClone(live);
    (object.metadata.managedFields as ManagedFieldsEntry[])[0] = { ...live.metadata.managedFields?.[0], time: LATE };
    expect(isUnchanged(configMap, live, object)).toBe(true);
    expect(object.metadata.managedFields?.[0]?.time).toBe(EARLY);
  });

  it("is one where an owner gives up a field", () => {
    const live = applied(["one", { text: "a" }], ["two", { text: "a", size: 1 }]);
    const object = boxes.apply(structuredClone(live), boxOf({ size: 1 }), applyBy("two"));
    expect(object.spec).toEqual(live.spec);
    expect(isUnchanged(box, live, object)).toBe(false);
  });
});

describe("an apply", () => {
  it("owns what it says, without the maps around it", () => {
    const object = configMaps.apply(
      undefined,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, data: { a: "1" } },
      applyBy("one"),
    );
    expect(owners(object)).toEqual({ "one Apply": { "f:data": { "f:a": {} } } });
    expect(object.data).toEqual({ a: "1" });
  });

  it("does not own what it says of other parts of the object", () => {
    const config = { ...boxOf({ text: "a" }, { labels: { x: "y" } }), status: { phase: "Up" } };
    expect(owners(boxes.apply(undefined, config, applyBy("one")))).toEqual({
      "one Apply": { "f:metadata": { "f:labels": { "f:x": {} } }, "f:spec": { "f:text": {} } },
    });
    expect(owners(boxes.apply(undefined, config, applyBy("one", { part: "status" })))).toEqual({
      "one Apply status": { "f:status": { "f:phase": {} } },
    });
  });

  it("removes what its manager gives up and nobody else owns", () => {
    const live = applied(["one", { text: "a", size: 1, limits: { x: "1", y: "1" } }], ["two", { size: 1, limits: { y: "1" } }]);
    const object = boxes.apply(live, boxOf({}), applyBy("one"));
    expect(object.spec).toEqual({ size: 1, limits: { y: "1" } });
    expect(owners(object)).toEqual({
      "one Apply": { "f:spec": {} },
      "two Apply": { "f:spec": { "f:limits": { "f:y": {} }, "f:size": {} } },
    });
  });

  it("removes items of lists, and keeps those that an update added", () => {
    const live = applied(["one", { ports: [{ port: 80 }, { port: 81 }], set: ["a", "b"] }]);
    const updated = structuredClone(live);
    (updated.spec as { set: string[] }).set.push("c");
    boxes.trackUpdate(live, updated, by("two"));
    const object = boxes.apply(updated, boxOf({ ports: [{ port: 81 }] }), applyBy("one"));
    expect(object.spec).toEqual({ ports: [{ port: 81, protocol: "TCP" }], set: ["c"] });
  });

  it("is refused where another manager owns another value, field by field", () => {
    const live = applied(["one", { text: "a", ports: [{ port: 80, name: "x" }] }]);
    const attempt = () => boxes.apply(live, boxOf({ text: "b", ports: [{ port: 80, name: "y" }] }), applyBy("two"));
    expect(refusal(attempt)).toBe(
      '409 Apply failed with 2 conflicts: conflicts with "one":\n- .spec.text\n- .spec.ports[port=80,protocol="TCP"].name',
    );
    expect(refusal(() => boxes.apply(live, boxOf({ text: "b" }), applyBy("two")))).toBe(
      '409 Apply failed with 1 conflict: conflict with "one": .spec.text',
    );
  });

  it("takes over by force", () => {
    const live = applied(["one", { text: "a", size: 1 }]);
    const object = boxes.apply(live, boxOf({ text: "b" }), applyBy("two", { force: true }));
    expect(owners(object)).toEqual({ "one Apply": { "f:spec": { "f:size": {} } }, "two Apply": { "f:spec": { "f:text": {} } } });
  });

  it("shares a value that is the same, in an entry without a time", () => {
    const live = applied(["one", { text: "a" }]);
    const object = boxes.apply(live, boxOf({ text: "a" }), applyBy("two", { time: LATE }));
    expect(object.metadata.managedFields?.map(({ manager, time }) => `${manager} ${time}`)).toEqual(["two undefined", `one ${EARLY}`]);
  });

  it("gives what was there before to before-first-apply", () => {
    const live = mapOf({ a: "1" }, { uid: "u" });
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, data: { a: "2" } };
    expect(refusal(() => configMaps.apply(live, config, applyBy("one")))).toBe(
      '409 Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
  });

  it("of kubectl takes over what kubectl applied last, and keeps that up to date", () => {
    const last = '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"name":"m"}}';
    const live = mapOf({ a: "1", b: "1" }, { uid: "u", annotations: { "kubectl.kubernetes.io/last-applied-configuration": last } });
    configMaps.trackCreate(live, by("kubectl-client-side-apply"));
    const config = (data: Record<string, string>) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, data });
    const text = () => structuredClone(live);
    expect(configMaps.apply(text(), config({ a: "2" }), applyBy("kubectl")).metadata.annotations).toEqual({
      "kubectl.kubernetes.io/last-applied-configuration":
        '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"m"}}\n',
    });
    expect(refusal(() => configMaps.apply(text(), config({ a: "2", b: "2" }), applyBy("kubectl")))).toMatch(/1 conflict: .*: \.data\.b$/);
    expect(refusal(() => configMaps.apply(text(), config({ a: "2" }), applyBy("other")))).toMatch(/^409/);
  });

  it.each([{ annotations: null }, { annotations: { a: null } }])("of kubectl leaves %j out of what it notes down", (metadata) => {
    const annotation = "kubectl.kubernetes.io/last-applied-configuration";
    const live = mapOf({ a: "1" }, { uid: "u", annotations: { [annotation]: "{}" } });
    configMaps.trackCreate(live, by("kubectl"));
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", ...metadata }, data: { a: "1" } };
    expect(configMaps.apply(live, config, applyBy("kubectl")).metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"name":"m"}}\n',
    );
  });

  it.each<[string, object, string]>([
    ["a number for a text", { text: 5 }, ".spec.text: expected string, got &value.valueUnstructured{Value:5}"],
    [
      "an object for a text",
      { text: { b: [null] } },
      '.spec.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":[]interface {}{interface {}(nil)}}}',
    ],
    ["a text for a number", { size: "5" }, ".spec.size: expected numeric (int or float), got string"],
    ["a text for a boolean", { on: "yes" }, ".spec.on: expected boolean, got &{yes}"],
    ["a list for an object", { nested: ["a"] }, ".spec.nested: expected map, got &{[a]}"],
    ["an object for a list", { args: { a: 1 } }, ".spec.args: expected list, got &{map[a:1]}"],
    [
      "very many values of another type",
      { set: Array.from({ length: 2_000 }, (_, i) => i) },
      `errors:\n${Array.from({ length: 1_000 }, (_, i) => `  .spec.set[=${i}]: expected string, got &value.valueUnstructured{Value:${i}}`).join("\n")}\n  and more`,
    ],
    ["an undeclared field", { nested: { z: 1 } }, ".spec.nested.z: field not declared in schema"],
    ["doubled items", { set: ["a", "a"] }, '.spec.set: duplicate entries for key [="a"]'],
    [
      "doubled keys, defaults included",
      { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
      '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    ["a null in a keyed list", { ports: [null] }, ".spec.ports: element 0: associative list with keys may not have a null element"],
    [
      "several",
      { args: [1, true] },
      "errors:\n  .spec.args[0]: expected string, got &value.valueUnstructured{Value:1}\n  .spec.args[1]: expected string, got &value.valueUnstructured{Value:true}",
    ],
  ])("refuses %s", (_, spec, why) => {
    expect(refusal(() => boxes.apply(undefined, boxOf(spec), applyBy("one")))).toBe(
      `500 failed to create typed patch object (/b; test.example.com/v1, Kind=Box): ${why}`,
    );
  });

  it("refuses another type, and owners in the configuration", () => {
    expect(refusal(() => boxes.apply(undefined, { kind: "Box" }, applyBy("one")))).toBe("400 invalid object type: /, Kind=Box");
    expect(refusal(() => boxes.apply(undefined, boxOf({}, { managedFields: [] }), applyBy("one")))).toBe(
      "400 metadata.managedFields must be nil",
    );
  });

  it("fails while an entry speaks of a version that the kind no longer has", () => {
    const live = applied(["one", { text: "a" }]);
    (live.metadata.managedFields as ManagedFieldsEntry[])[0] = { ...live.metadata.managedFields?.[0], apiVersion: "test.example.com/v0" };
    expect(refusal(() => boxes.apply(live, boxOf({ size: 1 }), applyBy("two", { force: true })))).toBe(
      "500 request to convert CR to an invalid group/version: test.example.com/v0",
    );
  });

  it("changes neither the configuration nor what it may be applied to again", () => {
    const config = boxOf({ ports: [{ port: 80 }], nested: { a: "1" } });
    const before = structuredClone(config);
    boxes.apply(applied(["one", { text: "a" }]), config, applyBy("two"));
    expect(config).toEqual(before);
  });
});
