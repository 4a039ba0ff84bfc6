import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { random } from "../../test/tools/random.ts";
import { isUnchanged, type Write } from "./field-manager.ts";
import { entriesOf, readOwners } from "./managed-fields.ts";
import { box, boxes, boxOf } from "./testing/box.ts";
import { randomSpec } from "./testing/random.ts";

/** Objects that are played with, and writes to each. `SEED` plays the same again, `OBJECTS` more. */
const OBJECTS = Number(process.env.OBJECTS ?? 15);
const WRITES = 25;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

type Tree = { readonly [step: string]: Tree };

/** What has parts of its own: of these only the parts count, for one may stay owned as null when its last part has gone. */
const isContainer = (way: string): boolean =>
  /(^f:spec|f:(spec|limits|ports|set|nested|free|tags)|k:\{[^}]*\}|f:free f:q|f:free f:q f:b)$/.test(way);

/** The ways to all leaves below a value. Keyed items go by the keys that a Box's ports have. */
function leavesOf(value: unknown, way: readonly string[] = []): string[] {
  const name = way.at(-1);
  const isWhole = name === "f:args" || name === "f:selector" || (Array.isArray(value) && way.includes("f:free"));
  if (typeof value !== "object" || value === null || isWhole) return [way.join(" ")];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, [...way, stepTo(item)]));
  return Object.entries(value).flatMap(([member, below]) => leavesOf(below, [...way, `f:${member}`]));
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

const entriesIn = ({ metadata }: KubeObject): readonly ManagedFieldsEntry[] => metadata.managedFields ?? [];
const fieldsIn = ({ fieldsV1 }: ManagedFieldsEntry): string[] => heldIn(fieldsV1 as Tree).filter((way) => !isContainer(way));
const specOf = ({ spec }: KubeObject): string[] => leavesOf(spec ?? {}, ["f:spec"]);
const isOf = (manager: string, operation: string) => (entry: ManagedFieldsEntry) =>
  entry.manager === manager && entry.operation === operation;
/** The same entry, whenever it was written. */
const identityOf = ({ manager, operation }: ManagedFieldsEntry): string => `${manager} ${operation}`;
const isSameButTime = ({ time: _, ...a }: ManagedFieldsEntry, { time: __, ...b }: ManagedFieldsEntry): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const MANAGERS = ["ann", "ben", "cid"];

interface Played {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly write: Write & { readonly force: boolean };
  /** Of an apply. */
  readonly config?: JsonObject;
}

/** Plays random writes to one object, and shows each that was taken. */
function play(seed: number, look: (played: Played) => void): void {
  const below = random(seed);
  let live: KubeObject | undefined;
  for (let i = 0; i < WRITES; i++) {
    const manager = MANAGERS[below(MANAGERS.length)] as string;
    const time = `2026-01-01T00:00:${String(i).padStart(2, "0")}Z`;
    const write = { manager, part: "", time, force: below(2) === 0 } as const;
    const sent = boxOf(randomSpec(below));
    const before = structuredClone(live);
    let after: KubeObject;
    let config: JsonObject | undefined;
    if (below(3) === 0) {
      after = sent as unknown as KubeObject;
      after.metadata.uid = "u";
      if (live === undefined) boxes.trackCreate(after, write);
      else boxes.trackUpdate(live, after, write);
    } else {
      const applied = applyTo(live, sent, write);
      // a null that is left of what was given up is refused by validation
      if (applied === undefined || JSON.stringify(applied.spec)?.includes("null")) continue;
      after = applied;
      config = sent;
    }
    look({ before, after: structuredClone(after), write, ...(config && { config }) });
    live = after;
    live.metadata.uid = "u";
  }
}

/** Undefined for a conflict. */
function applyTo(live: KubeObject | undefined, config: JsonObject, write: Played["write"]): KubeObject | undefined {
  try {
    return structuredClone(boxes.apply(live && structuredClone(live), config, write));
  } catch (error) {
    if (error instanceof StatusError && error.code === 409 && !write.force) return undefined;
    throw error;
  }
}

const LOOKS: Record<string, (played: Played) => void> = {
  "every leaf has an owner, but for defaults"({ after }) {
    // who loses all owners is tracked again from the next apply on
    if (entriesIn(after).length === 0) return;
    const owned = new Set(entriesIn(after).flatMap(fieldsIn));
    expect(specOf(after).filter((way) => !owned.has(way) && !isDefault(way))).toEqual([]);
  },

  "what is owned is there"({ after }) {
    const there = specOf(after);
    expect(
      entriesIn(after)
        .flatMap(fieldsIn)
        .filter((way) => !there.includes(way)),
    ).toEqual([]);
  },

  "what is applied is owned by who applied it, and nothing else"({ after, write, config }) {
    if (config === undefined) return;
    const entry = entriesIn(after).find(isOf(write.manager, "Apply"));
    const owned = entry === undefined ? [] : fieldsIn(entry);
    expect(owned.sort()).toEqual(specOf(config as unknown as KubeObject).sort());
  },

  "the same applied again changes nothing, times included"({ after, write, config }) {
    if (config === undefined) return;
    const later = { ...write, time: "2026-01-02T00:00:00Z" };
    const again = boxes.apply(structuredClone({ ...after, metadata: { ...after.metadata, uid: "u" } }), config, later);
    expect(isUnchanged(box, { ...after, metadata: { ...after.metadata, uid: "u" } }, again)).toBe(true);
    expect(again.metadata.managedFields).toEqual(after.metadata.managedFields);
  },

  "others own nothing of what an apply changed"({ before, after, write, config }) {
    if (config === undefined || before === undefined) return;
    const was = new Map(specOf(before).map((way) => [way, valueAt(before, way)]));
    const changed = specOf(after).filter((way) => !isDeepStrictEqual(was.get(way), valueAt(after, way)) && !isDefault(way));
    const others = entriesIn(after)
      .filter((entry) => !isOf(write.manager, "Apply")(entry))
      .flatMap(fieldsIn);
    expect(changed.filter((way) => others.includes(way))).toEqual([]);
  },

  "what its only owner gives up goes, what others own stays"({ before, after, write, config }) {
    if (config === undefined || before === undefined) return;
    const last = entriesIn(before).find(isOf(write.manager, "Apply"));
    const others = new Set(
      entriesIn(before)
        .filter((entry) => entry !== last)
        .flatMap(fieldsIn),
    );
    const [said, there] = [specOf(config as unknown as KubeObject), specOf(after)];
    const isSaid = (way: string) => said.some((leaf) => leaf === way || leaf.startsWith(`${way} `) || way.startsWith(`${leaf} `));
    const unsaid = specOf(before).filter((way) => !isSaid(way));
    const given = (last === undefined ? [] : fieldsIn(last)).filter((way) => unsaid.includes(way));
    expect(given.filter((way) => !others.has(way) && there.includes(way) && !isDefault(way))).toEqual([]);
    // an item of a list, or an undeclared member, goes with all that is in it
    const isInItem = (way: string) => way.includes(" k:") || way.startsWith("f:spec f:free f:q ");
    expect(unsaid.filter((way) => others.has(way) && !there.includes(way) && !isInItem(way))).toEqual([]);
  },

  "an entry that stays as it was keeps its time, another has that of its write or none"({ before, after, write, config }) {
    const was = new Map((before === undefined ? [] : entriesIn(before)).map((entry) => [identityOf(entry), entry]));
    for (const entry of entriesIn(after)) {
      const old = was.get(identityOf(entry));
      if (entry.manager === "before-first-apply" || entry.time === old?.time) continue;
      expect(isOf(write.manager, config === undefined ? "Update" : "Apply")(entry)).toBe(true);
      expect([write.time, undefined]).toContain(entry.time);
      const isSame = before !== undefined && isDeepStrictEqual(before.spec, after.spec);
      // a default that is pruned and filled in again is a change, which does not show
      const mayHideChange = JSON.stringify(after.spec)?.includes("protocol");
      if (config === undefined) expect(isSame && old !== undefined && isSameButTime(entry, old)).toBe(false);
      else if (!mayHideChange) expect(isSame && entry.time !== undefined).toBe(false);
    }
  },

  "entries are read as they were written, in their order"({ after }) {
    const entries = [...entriesIn(after)];
    expect(entriesOf(readOwners(entries) ?? [])).toEqual(entries.length === 0 ? undefined : entries);
    const order = entries.map(({ operation, time = "", manager }) => `${operation} ${time} ${manager}`);
    expect(order).toEqual([...order].sort());
  },
};

function valueAt(object: KubeObject, way: string): unknown {
  let value: unknown = object;
  for (const step of way.split(" ")) {
    if (step.startsWith("f:")) value = (value as Record<string, unknown>)[step.slice(2)];
    else value = (value as unknown[]).find((item) => stepTo(item) === step);
  }
  return value;
}

describe(`several managers that apply and update at random, seed ${SEED}`, () => {
  it.each(Object.entries(LOOKS))("%s", (_, look) => {
    for (let seed = SEED; seed < SEED + OBJECTS; seed++) {
      let writes = 0;
      play(seed, (played) => {
        writes += 1;
        try {
          look(played);
        } catch (error) {
          throw new Error(`seed ${seed}, write ${writes} by ${played.write.manager}: ${JSON.stringify(played)}`, { cause: error });
        }
      });
      expect(writes).toBeGreaterThan(0);
    }
  });
});
