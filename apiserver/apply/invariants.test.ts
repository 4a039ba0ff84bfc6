import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { KubeObject, ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { random } from "../../test/tools/random.ts";
import { isUnchanged } from "./field-manager.ts";
import { entriesOf, readOwners } from "./managed-fields.ts";
import { box, boxesIn } from "./testing/box.ts";
import { type Played, play, putBack } from "./testing/playing.ts";

/** Objects that are played with. `SEED` plays the same again, `OBJECTS` more. */
const OBJECTS = Number(process.env.OBJECTS ?? 15);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

type Tree = { readonly [step: string]: Tree };

/** What has parts of its own: of these only the parts count, for one may stay owned as null when its last part has gone. */
const isContainer = (way: string): boolean =>
  /(^f:spec|^f:status|f:(limits|ports|set|nested|free|tags)|k:\{[^}]*\}|f:free f:q|f:free f:q f:b)$/.test(way);

/** The ways to all leaves below a value. Keyed items go by the keys that a Box's ports have; items that are there twice are a leaf together. */
function leavesOf(value: unknown, way: readonly string[] = []): string[] {
  const name = way.at(-1);
  const isWhole = name === "f:args" || name === "f:selector" || (Array.isArray(value) && way.includes("f:free"));
  if (typeof value !== "object" || value === null || isWhole) return [way.join(" ")];
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([member, below]) => leavesOf(below, [...way, `f:${member}`]));
  const steps = value.map(stepTo);
  return value.flatMap((item, i) => {
    const step = steps[i] as string;
    if (steps.indexOf(step) === steps.lastIndexOf(step)) return leavesOf(item, [...way, step]);
    return steps.indexOf(step) === i ? [[...way, step].join(" ")] : [];
  });
}

/** Filled in after an apply, which does not own it then. */
const isDefault = (way: string): boolean => way.endsWith("f:protocol");

const stepTo = (item: unknown): string =>
  typeof item === "object" && item !== null
    ? `k:{"port":${(item as { port: number }).port},"protocol":"${(item as { protocol?: string }).protocol ?? "TCP"}"}`
    : `v:${JSON.stringify(item)}`;

/** The ways to all that a tree of fields holds. */
const heldIn = (tree: Tree, way: readonly string[] = []): string[] =>
  Object.entries(tree).flatMap(([step, below]) => {
    if (step === ".") return [way.join(" ")];
    return Object.keys(below).length === 0 ? [[...way, step].join(" ")] : heldIn(below, [...way, step]);
  });

const entriesIn = (object: KubeObject | undefined): readonly ManagedFieldsEntry[] => object?.metadata.managedFields ?? [];
const allFieldsIn = ({ fieldsV1 }: ManagedFieldsEntry): string[] => heldIn(fieldsV1 as Tree);
const fieldsIn = (entry: ManagedFieldsEntry): string[] => allFieldsIn(entry).filter((way) => !isContainer(way));
const partsOf = ({ spec, status }: KubeObject): string[] => [
  ...leavesOf(spec ?? {}, ["f:spec"]),
  ...(status === undefined ? [] : leavesOf(status, ["f:status"])),
];

/** The same entry, whenever it was written. */
const identityOf = ({ manager, operation, subresource = "", apiVersion }: ManagedFieldsEntry): string =>
  [manager, operation, subresource, ...(operation === "Update" ? [apiVersion] : [])].join(" ");
const writerOf = ({ write, config }: Played): string =>
  identityOf({
    manager: write.manager,
    operation: config === undefined ? "Update" : "Apply",
    subresource: write.part,
    apiVersion: `test.example.com/${write.version}`,
  });
const entryOf = (played: Played, object: KubeObject | undefined) =>
  entriesIn(object).find((entry) => identityOf(entry) === writerOf(played));
const othersIn = (played: Played, object: KubeObject | undefined) =>
  entriesIn(object).filter((entry) => identityOf(entry) !== writerOf(played));
const isSameButTime = ({ time: _, ...a }: ManagedFieldsEntry, { time: __, ...b }: ManagedFieldsEntry): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The leaves that a write set to what they had not been. */
function changedBy({ before, after }: Played): string[] {
  const was = new Set(before === undefined ? [] : partsOf(before));
  return partsOf(after).filter((way) => !was.has(way) || !isDeepStrictEqual(valuesAt(before as KubeObject, way), valuesAt(after, way)));
}

/** Only what a write may change: the status or the rest. */
const ownPart = ({ write }: Played, ways: readonly string[]): string[] =>
  ways.filter((way) => way.startsWith("f:status") === (write.part === "status"));

/** An object whose owners were forgotten is not tracked until it is applied to. */
const isTracked = ({ before, config, edits }: Played): boolean =>
  config !== undefined || before === undefined || (entriesIn(before).length > 0 && !edits);

/** The oldest of too many updaters are merged, so that nobody knows who wrote what. */
const isCapped = ({ after }: Played): boolean => entriesIn(after).some(({ manager }) => manager === "ancient-changes");

const LOOKS: Record<string, (played: Played) => void> = {
  "every leaf has an owner, but for defaults, and for what owners were edited away from"({ after, edited }) {
    // who loses all owners is tracked again from the next apply on
    if (edited || entriesIn(after).length === 0) return;
    const owned = new Set(entriesIn(after).flatMap(allFieldsIn));
    expect(partsOf(after).filter((way) => !owned.has(way) && !isDefault(way))).toEqual([]);
  },

  "what has no owners is given to before-first-apply when it is applied to"(played) {
    const { before, after, config } = played;
    if (config === undefined || before === undefined || entriesIn(before).length > 0) return;
    const owned = new Set(entriesIn(after).flatMap(allFieldsIn));
    expect(ownPart(played, partsOf(after)).filter((way) => !owned.has(way) && !isDefault(way))).toEqual([]);
  },

  "what is owned is there"({ after }) {
    const there = partsOf(after);
    expect(
      entriesIn(after)
        .flatMap(fieldsIn)
        .filter((way) => !there.includes(way)),
    ).toEqual([]);
  },

  "each owner has one entry, owns something, and nothing of another part"({ after }) {
    const entries = entriesIn(after);
    expect(new Set(entries.map(identityOf)).size).toBe(entries.length);
    for (const entry of entries) {
      const held = allFieldsIn(entry);
      expect(held.length).toBeGreaterThan(0);
      const part = entry.subresource === "status" ? "f:status" : "f:spec";
      expect(held.filter((way) => way.split(" ")[0] !== part)).toEqual([]);
    }
  },

  "what is applied is owned by who applied it, and nothing else"(played) {
    if (played.config === undefined) return;
    const entry = entryOf(played, played.after);
    const owned = entry === undefined ? [] : fieldsIn(entry);
    expect(owned.sort()).toEqual(ownPart(played, partsOf(played.config as unknown as KubeObject)).sort());
  },

  "what an update changes it owns, and what it owned and left alone it still does"(played) {
    if (played.config !== undefined || !isTracked(played) || isCapped(played)) return;
    const entry = entryOf(played, played.after);
    const owned = entry === undefined ? [] : allFieldsIn(entry);
    const changed = changedBy(played);
    expect(changed.filter((way) => !owned.includes(way))).toEqual([]);
    const there = partsOf(played.after);
    const last = entryOf(played, played.before);
    const kept = (last === undefined ? [] : fieldsIn(last)).filter((way) => there.includes(way));
    expect(kept.filter((way) => !owned.includes(way))).toEqual([]);
    // nothing comes to it by other ways
    const isItem = (way: string) => isContainer(way);
    expect(owned.filter((way) => !changed.includes(way) && !kept.includes(way) && !isItem(way))).toEqual([]);
  },

  "the same applied again changes nothing, times included"({ after, write, config }) {
    if (config === undefined) return;
    const later = { ...write, time: "2026-01-02T00:00:00Z" };
    const again = boxesIn[write.version].apply(structuredClone(after), config, later);
    putBack(again, after, write.part);
    expect(isUnchanged(box, after, again)).toBe(true);
    expect(again.metadata.managedFields).toEqual(after.metadata.managedFields);
  },

  "others own nothing of what a write changed"(played) {
    if (!isTracked(played) || isCapped(played)) return;
    const changed = changedBy(played).filter((way) => !isDefault(way));
    const others = othersIn(played, played.after).flatMap(allFieldsIn);
    expect(changed.filter((way) => others.includes(way))).toEqual([]);
  },

  "others keep what a write left alone"(played) {
    if (!isTracked(played) || isCapped(played)) return;
    const changed = new Set(changedBy(played));
    const there = new Set(partsOf(played.after));
    const after = new Map(othersIn(played, played.after).map((entry) => [identityOf(entry), new Set(fieldsIn(entry))]));
    for (const entry of othersIn(played, played.before)) {
      const left = fieldsIn(entry).filter((way) => there.has(way) && !changed.has(way));
      // a default that is pruned and filled in again is a change, which does not show
      expect(left.filter((way) => !after.get(identityOf(entry))?.has(way) && !isDefault(way))).toEqual([]);
    }
  },

  "nobody comes to own what he did not write"(played) {
    if (isCapped(played)) return;
    const before = new Map(entriesIn(played.before).map((entry) => [identityOf(entry), new Set(allFieldsIn(entry))]));
    for (const entry of othersIn(played, played.after)) {
      if (entry.manager === "before-first-apply" && entriesIn(played.before).length === 0) continue;
      expect(allFieldsIn(entry).filter((way) => !before.get(identityOf(entry))?.has(way))).toEqual([]);
    }
  },

  "what its only owner gives up goes, what others own stays"(played) {
    const { before, after, config } = played;
    if (config === undefined || before === undefined) return;
    const last = entryOf(played, before);
    const others = new Set(othersIn(played, before).flatMap(allFieldsIn));
    const [said, there] = [ownPart(played, partsOf(config as unknown as KubeObject)), partsOf(after)];
    const isSaid = (way: string) => said.some((leaf) => leaf === way || leaf.startsWith(`${way} `) || way.startsWith(`${leaf} `));
    const unsaid = partsOf(before).filter((way) => !isSaid(way));
    const given = (last === undefined ? [] : fieldsIn(last)).filter((way) => unsaid.includes(way));
    expect(given.filter((way) => !others.has(way) && there.includes(way) && !isDefault(way))).toEqual([]);
    // an item of a list, or an undeclared member, goes with all that is in it
    const isInItem = (way: string) => way.includes(" k:") || way.startsWith("f:spec f:free f:q ");
    expect(unsaid.filter((way) => others.has(way) && !there.includes(way) && !isInItem(way))).toEqual([]);
  },

  "an entry that stays as it was keeps its time, another has that of its write or none"(played) {
    const { before, after, write, config } = played;
    if (isCapped(played)) return;
    const was = new Map(entriesIn(before).map((entry) => [identityOf(entry), entry]));
    for (const entry of entriesIn(after)) {
      const old = was.get(identityOf(entry));
      if (entry.manager === "before-first-apply" || entry.time === old?.time) continue;
      expect(identityOf(entry)).toBe(writerOf(played));
      expect([write.time, undefined]).toContain(entry.time);
      const isSame = before !== undefined && isDeepStrictEqual([before.spec, before.status], [after.spec, after.status]);
      // a default that is pruned and filled in again is a change, which does not show; nor does one of the other part, which is put back
      const mayHideChange = JSON.stringify(after.spec)?.includes("protocol") || (config?.spec && config.status);
      if (config === undefined) expect(isSame && old !== undefined && isSameButTime(entry, old)).toBe(false);
      else if (!mayHideChange) expect(isSame && entry.time !== undefined).toBe(false);
    }
  },

  "entries are read as they were written, in their order"({ after }) {
    const entries = [...entriesIn(after)];
    expect(entriesOf(readOwners(entries) ?? [])).toEqual(entries.length === 0 ? undefined : entries);
    const order = entries.map(({ operation, time = "", manager, apiVersion }) => `${operation} ${time} ${manager} ${apiVersion}`);
    expect(order).toEqual([...order].sort());
  },
};

/** The value that a way leads to; of items that are there twice, both. */
function valuesAt(object: KubeObject, way: string): unknown[] {
  let values: unknown[] = [object];
  for (const step of way.split(" ")) {
    values = values.flatMap((value) =>
      step.startsWith("f:")
        ? [(value as Record<string, unknown>)[step.slice(2)]]
        : (value as unknown[]).filter((item) => stepTo(item) === step),
    );
  }
  return values;
}

const SEEDS = Array.from({ length: OBJECTS }, (_, i) => SEED + i);

describe("several managers that apply, update and patch at random", () => {
  it.each(SEEDS)("keep to all that is said of owners, seed %i", (seed) => {
    let writes = 0;
    play(random(seed), (played) => {
      writes += 1;
      for (const [what, look] of Object.entries(LOOKS)) {
        try {
          look(played);
        } catch (error) {
          throw new Error(`${what}, but not in write ${writes} of seed ${seed}: ${JSON.stringify(played)}`, { cause: error });
        }
      }
    });
    expect(writes).toBeGreaterThan(0);
  });
});
