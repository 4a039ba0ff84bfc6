import { expect, it } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { defineKind } from "../../apis/define-kind.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { integer, list, object, optional, string } from "../../apis/typed-schema.ts";
import { FieldManager, type Write } from "./field-manager.ts";
import { Versions } from "./versions.ts";

const by = (manager: string): Write => ({ manager, part: "", time: "2026-01-01T00:00:00Z" });

/** Server-side apply cannot tell the items of `pairs` apart, though schemas may be so. */
const pair = object(undefined, { a: optional(string()) }, { "x-kubernetes-map-type": "atomic" });
const spec = object(undefined, { size: optional(integer()), pairs: optional(list(undefined, pair, { "x-kubernetes-list-type": "set" })) });
const [v1, v2] = ["v1", "v2"].map((version) =>
  defineKind({
    group: "test.example.com",
    version,
    kind: "Bag",
    plural: "bags",
    flavor: "custom",
    schema: object(undefined, { spec: optional(spec) }),
  }),
) as [KindDefinition, KindDefinition];
const bags = new FieldManager(v1, new Versions(v1, [v1, v2]));
const later = new FieldManager(v2, new Versions(v2, [v1, v2]));

const bagOf = (spec: object, metadata: object = {}, version = "v1") =>
  ({ apiVersion: `test.example.com/${version}`, kind: "Bag", metadata: { name: "b", uid: "u", ...metadata }, spec }) as KubeObject;

function refusal(fields: FieldManager, live: KubeObject, config: KubeObject): string {
  const { uid: _, ...metadata } = config.metadata;
  try {
    fields.apply(live, { ...config, metadata } as unknown as JsonObject, { ...by("one"), force: true });
    return "taken";
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const WHY = "element 0: associative list without keys has an element that's a map type";

it("an update of an object that does not fit is not tracked, wherever it changes", () => {
  const live = bagOf({ size: 1 });
  bags.trackCreate(live, by("one"));
  const misfit = bagOf({ size: 1, pairs: [{ a: "x" }] });
  bags.trackUpdate(live, misfit, by("two"));
  expect(misfit.metadata.managedFields).toBe(live.metadata.managedFields);
  const next = bagOf({ size: 2, pairs: [{ a: "x" }] });
  bags.trackUpdate(misfit, next, by("two"));
  expect(next.metadata.managedFields).toBe(live.metadata.managedFields);
});

it("an apply to such an object fails, and says so in other words where it has no owners yet", () => {
  const misfit = bagOf({ pairs: [{ a: "x" }] });
  expect(refusal(bags, misfit, bagOf({ size: 1 }))).toBe(
    `500 failed to create manager for existing fields: failed to convert new object (/b; test.example.com/v1, Kind=Bag) to smd typed: .spec.pairs: ${WHY}`,
  );
  const live = bagOf({ size: 1 });
  bags.trackCreate(live, by("one"));
  const { managedFields } = live.metadata;
  expect(refusal(bags, bagOf({ pairs: [{ a: "x" }] }, { managedFields }), bagOf({ size: 1 }))).toBe(
    `500 failed to create typed live object (/b; test.example.com/v1, Kind=Bag): .spec.pairs: ${WHY}`,
  );
});

it("items that are there twice get in the way of owners that speak of another version", () => {
  const live = bagOf({ size: 1 }, { finalizers: ["a", "a"] });
  bags.trackCreate(live, by("one"));
  const { managedFields } = live.metadata;
  const seen = bagOf({ size: 1 }, { finalizers: ["a", "a"], managedFields }, "v2");
  expect(refusal(later, seen, bagOf({ size: 1 }, {}, "v2"))).toBe('500 .metadata.finalizers: duplicate entries for key [="a"]');
  expect(refusal(bags, live, bagOf({ size: 1 }))).toBe("taken");
  const next = bagOf({ size: 2 }, { finalizers: ["a", "a"] }, "v2");
  later.trackUpdate(seen, next, by("two"));
  expect(next.metadata.managedFields).toBe(managedFields);
});
