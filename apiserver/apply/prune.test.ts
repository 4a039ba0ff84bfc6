import { expect, it } from "vitest";
import type { KubeObject, ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { boxes, boxOf } from "./testing/box.ts";

const TIME = "2026-01-01T00:00:00Z";

/** What `one` leaves of a spec, of which it owns these fields and nobody owns the rest, when it applies another. */
function left(live: object, owned: object, applied: object): unknown {
  const entry = { manager: "one", operation: "Apply", apiVersion: "test.example.com/v1", time: TIME, fieldsType: "FieldsV1" };
  const managedFields = [{ ...entry, fieldsV1: { "f:spec": owned } }] as ManagedFieldsEntry[];
  const object = boxOf(live, { uid: "u", managedFields }) as unknown as KubeObject;
  try {
    return boxes.apply(object, boxOf(applied), { manager: "one", part: "", time: TIME, force: false }).spec;
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const ITEM = 'k:{"port":80,"protocol":"TCP"}';
const OTHER = 'k:{"port":81,"protocol":"TCP"}';

it.each<[string, object, object, object, unknown]>([
  ["stays in a structure that is applied empty again", { nested: { a: "1" } }, { "f:nested": {} }, { nested: {} }, { nested: { a: "1" } }],
  ["goes with such a structure where an empty list hides that it is one", { size: 1, set: [] }, {}, {}, undefined],
  ["goes with a map that is given up", { text: "a", limits: { a: "1", b: "1" } }, { "f:limits": { "f:a": {} } }, {}, { text: "a" }],
  [
    "stays in a map of which something is applied",
    { limits: { a: "1", b: "1" } },
    { "f:limits": { "f:a": {} } },
    { limits: { c: "1" } },
    { limits: { b: "1", c: "1" } },
  ],
  ["goes with an item that is given up", { text: "a", ports: [{ port: 80, name: "x" }] }, { "f:ports": { [ITEM]: {} } }, {}, { text: "a" }],
  [
    "keeps an item that cannot be told apart without its keys, which fails",
    { ports: [{ port: 80, name: "x" }, { port: 81 }] },
    { "f:ports": { [ITEM]: { "f:port": {}, "f:name": {} }, [OTHER]: { ".": {}, "f:port": {} } } },
    { ports: [{ port: 81 }] },
    "500 failed to compare objects: .spec.ports: element 0: associative list with keys may not have a null element",
  ],
])("what nobody owns %s", (_, live, owned, applied, expected) => {
  expect(left(live, owned, applied)).toEqual(expected);
});
