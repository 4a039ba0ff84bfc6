import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../apimachinery/json/parse.ts";
import type { ManagedFieldsEntry } from "../../../../apimachinery/object.ts";
import {
  difference,
  equalSets,
  type FieldSet,
  intersection,
  isEmpty,
  isHeld,
  isWithin,
  recursiveDifference,
  union,
  unionOf,
} from "../../field-set.ts";
import { entriesOf, readOwners } from "../../managed-fields.ts";
import { compareElements, InvalidElement, normaliseElement, printWay, sortElements } from "../../path-element.ts";
import { fields, printFields, stepsOf } from "../notation.ts";
import { members, pairs } from "./sets.ts";
import * as steps from "./steps.ts";
import * as trees from "./trees.ts";

/** Steps and sets of fields: what the tests of sigs.k8s.io/structured-merge-diff (fieldpath/) go through, in data of our own. */
const places = steps.inOrder.map((spellings) => [spellings].flat());

describe("steps in their order", () => {
  it.each(places.map((spellings, place) => [spellings.join(", "), spellings, place] as const))("%s", (_, spellings, place) => {
    for (const step of spellings) {
      for (const [otherPlace, others] of places.entries()) {
        for (const other of others) expect(Math.sign(compareElements(step, other))).toBe(Math.sign(place - otherPlace));
      }
    }
  });

  it("whichever came first", () => {
    const first = places.map(([step]) => step as string);
    expect(sortElements([...first].reverse())).toEqual(first);
    expect(sortElements(first)).toBe(first);
  });
});

describe("a step that a client sent", () => {
  it.each(steps.spellings)("%s: %j is written %j", (_, sent, written) => {
    expect(normaliseElement(sent)).toBe(written);
    expect(normaliseElement(written)).toBe(written);
  });

  it.each(steps.unknown)("%j is passed over", (sent) => {
    expect(normaliseElement(sent)).toBeUndefined();
  });

  it.each(steps.malformed)("%j is none", (sent) => {
    expect(() => normaliseElement(sent)).toThrow(InvalidElement);
  });
});

it.each(steps.printed)("the way %j is printed %s", (way, text) => {
  expect(printWay(way)).toBe(text);
});

describe("two sets", () => {
  it.each(pairs)("$shows", ({ shows: _, ...pair }) => {
    const [a, b] = [fields(pair.a), fields(pair.b)];
    const sorted = (text: string) => printFields(fields(text));
    const found = {
      either: union(a, b),
      both: intersection(a, b),
      onlyA: difference(a, b),
      onlyB: difference(b, a),
      outsideB: recursiveDifference(a, b),
      outsideA: recursiveDifference(b, a),
    };
    for (const [name, set] of Object.entries(found))
      expect([name, printFields(set)]).toEqual([name, sorted(pair[name as keyof typeof found])]);
    const isSame = pair.onlyA === "" && pair.onlyB === "";
    expect([equalSets(a, b), equalSets(b, a)]).toEqual([isSame, isSame]);
    expect([isWithin(a, b), isWithin(b, a)]).toEqual([pair.onlyA === "", pair.onlyB === ""]);
    expect(printFields(union(b, a))).toBe(printFields(found.either));
    expect(printFields(unionOf([a, b]))).toBe(printFields(found.either));
    expect(printFields(intersection(b, a))).toBe(printFields(found.both));
    // what is in both, the long way round
    expect(equalSets(difference(found.either, union(found.onlyA, found.onlyB)), found.both)).toBe(true);
    expect(isEmpty(a)).toBe(pair.a === "");
  });
});

it.each(members)("in %j the field %s: %s", (set, field, isIn) => {
  let node: FieldSet | undefined = fields(set);
  for (const step of stepsOf(field)) node = node?.[step];
  expect(node !== undefined && isHeld(node)).toBe(isIn);
  expect(isWithin(fields(field), fields(set))).toBe(isIn);
});

const entryOf = (fieldsV1: unknown) =>
  ({ manager: "one", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1 }) as ManagedFieldsEntry;

describe("a tree of fields that a client sent", () => {
  it.each(trees.read)("%s", (_, sent, written) => {
    const [entry] = entriesOf(readOwners([entryOf(parseJson(sent))]) ?? []) ?? [];
    expect(JSON.stringify(entry?.fieldsV1)).toBe(written);
    const [again] = entriesOf(readOwners([entry as ManagedFieldsEntry]) ?? []) ?? [];
    expect(JSON.stringify(again?.fieldsV1)).toBe(written);
  });

  it.each(trees.malformed)("is none: %s", (_, sent) => {
    expect(readOwners([entryOf(parseJson(sent))])).toBeUndefined();
  });
});
