import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../apimachinery/json/parse.ts";
import { stringify } from "../../../../apimachinery/json/stringify.ts";
import type { JsonObject, JsonValue } from "../../../../apimachinery/json/value.ts";
import { type Comparison, compare } from "../../compare.ts";
import { fieldSetOf, namedFieldSetOf, withNamedFields } from "../../field-set-of.ts";
import { mergeObjects } from "../../merge.ts";
import { reconcile } from "../../reconcile.ts";
import { removeFields } from "../../remove-fields.ts";
import { typedErrors } from "../../typed-errors.ts";
import type { ValueType } from "../../value-type.ts";
import { fields, printFields } from "../notation.ts";
import * as changes from "./changes.ts";
import * as fieldSets from "./field-sets.ts";
import * as fits from "./fits.ts";
import * as merges from "./merges.ts";
import { named } from "./named-fields.ts";
import { removals } from "./removals.ts";
import { reconciled } from "./schema-changes.ts";
import { shelfType, undeclaredType } from "./types.ts";

/** Values that have a schema: what the tests of sigs.k8s.io/structured-merge-diff (typed/) go through, in data of our own. */
const read = (value: unknown): JsonObject => parseJson(JSON.stringify(value)) as JsonObject;

describe("a value", () => {
  it.each(fits.fitting.map((value) => [JSON.stringify(value), value]))("%s fits", (_, value) => {
    expect(typedErrors(shelfType, read(value))).toBeUndefined();
  });

  it.each(fits.unfitting.map(([value, why]) => [JSON.stringify(value), value, why] as const))("%s does not", (_, value, why) => {
    expect(typedErrors(shelfType, read(value))).toBe(why);
    expect(typedErrors(shelfType, read(value), { duplicates: true })).toBe(why);
  });

  it.each(fits.doubled.map(([value, why]) => [JSON.stringify(value), value, why] as const))(
    "%s fits where doubles may be",
    (_, value, why) => {
      expect(typedErrors(shelfType, read(value))).toBe(why);
      expect(typedErrors(shelfType, read(value), { duplicates: true })).toBeUndefined();
    },
  );

  it.each(fits.undeclared.map((value) => [JSON.stringify(value), value]))("%s fits where nothing is declared", (_, value) => {
    expect(typedErrors(undeclaredType, read(value))).toBeUndefined();
  });
});

function expectMerge(type: ValueType, [live, applied, merged]: merges.Merge) {
  expect(stringify(mergeObjects(type, read(live), read(applied)))).toBe(stringify(read(merged)));
}
const texts = (merge: merges.Merge) => {
  const [live, applied, merged] = merge.map((value) => JSON.stringify(value));
  return [live, applied, merged, merge] as const;
};
const stateOf = (name: string, empty: object, state: "absent" | "null" | "empty") =>
  state === "absent" ? {} : { [name]: state === "null" ? null : empty };

describe("what is applied over a value", () => {
  it.each([...merges.values, ...merges.lists].map(texts))("%s and %s are %s", (_live, _applied, _merged, merge) => {
    expectMerge(shelfType, merge);
  });

  it.each(merges.sets)("a set gets %s: %s and %s are %s", (_, ...sets) => {
    const [live, applied, merged] = sets.map((set) => ({ set: [...set] })) as unknown as merges.Merge;
    expectMerge(shelfType, [live, applied, merged]);
  });

  it.each(merges.emptiesMerged)("of containers that are %s, %s leaves what is %s", (live, applied, merged) => {
    for (const [name, empty] of merges.empties) {
      expectMerge(shelfType, [stateOf(name, empty, live), stateOf(name, empty, applied), stateOf(name, empty, merged)]);
    }
  });

  it.each(merges.undeclared.map(texts))("%s and %s are %s where nothing is declared", (_live, _applied, _merged, merge) => {
    expectMerge(undeclaredType, merge);
  });
});

const printed = ({ removed, modified, added }: Comparison) => ({
  removed: printFields(removed),
  modified: printFields(modified),
  added: printFields(added),
});

function expectChange(type: ValueType, { from, to, removed = "", modified = "", added = "" }: changes.Change) {
  expect(printed(compare(type, read(from), read(to)))).toEqual({ removed, modified, added });
  expect(printed(compare(type, read(to), read(from)))).toEqual({ removed: added, modified, added: removed });
}
const states = (change: changes.Change) => [JSON.stringify(change.from), JSON.stringify(change.to), change] as const;

describe("what changes", () => {
  const declared = [...changes.values, ...changes.maps, ...changes.sets, ...changes.lists, ...changes.shapes];
  it.each(declared.map(states))("from %s to %s", (_from, _to, change) => {
    expectChange(shelfType, change);
  });

  it.each(changes.empties)("from containers that are $from to $to", ({ from, to, ...sets }) => {
    for (const [name, empty] of merges.empties) {
      const here = Object.fromEntries(Object.entries(sets).map(([change, way]) => [change, `${way}${name}`]));
      expectChange(shelfType, { from: stateOf(name, empty, from), to: stateOf(name, empty, to), ...here });
    }
  });

  it.each(changes.undeclared.map(states))("from %s to %s where nothing is declared", (_from, _to, change) => {
    expectChange(undeclaredType, change);
  });
});

describe("the fields of a value", () => {
  const shown = (list: readonly fieldSets.FieldsOf[]) => list.map(([value, set]) => [JSON.stringify(value), set, value] as const);

  it.each(shown(fieldSets.declared))("%s sets '%s'", (_, set, value) => {
    expect(printFields(fieldSetOf(shelfType, read(value)))).toBe(set);
  });

  it.each(shown(fieldSets.undeclared))("%s sets '%s' where nothing is declared", (_, set, value) => {
    expect(printFields(fieldSetOf(undeclaredType, read(value)))).toBe(set);
  });

  it.each(named)("that lead to others: %s", (_, [type, now = type], value, set, all) => {
    const found = fieldSetOf(type, read(value));
    expect(printFields(found)).toBe(set);
    expect(printFields(withNamedFields(now, found))).toBe(all);
    if (now === type) expect(printFields(namedFieldSetOf(type, read(value)))).toBe(all);
  });
});

describe("what is left without", () => {
  it.each(removals)("%s", (_, value, set, left) => {
    const before = read(value);
    expect(stringify(removeFields(shelfType, before, fields(set)))).toBe(stringify(read(left)));
    expect(stringify(before)).toBe(stringify(read(value) as JsonValue));
  });
});

describe("fields that were owned before the schema changed", () => {
  it.each(reconciled)("%s", (_, type, owned, fixed) => {
    const before = fields(owned);
    const after = reconcile(type, before);
    expect(printFields(after)).toBe(fixed === "" ? printFields(before) : fixed);
    if (fixed === "") expect(after).toBe(before);
  });
});
