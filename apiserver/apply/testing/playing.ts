import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { asJson, type KubeObject, type ManagedFieldsEntry } from "../../../apimachinery/object.ts";
import { StatusError } from "../../../apimachinery/status/status.ts";
import { applyDefaults } from "../../../openapi/structural/defaults.ts";
import { isUnchanged, type Write } from "../field-manager.ts";
import { box, boxesIn, boxOf } from "./box.ts";
import { randomSpec } from "./random.ts";

/** Writes to one object. */
const WRITES = 25;
const MANAGERS = ["ann", "ben", "cid"];

/** Gives whole numbers from 0 up to, without, `below`. */
type Below = (below: number) => number;

export type Version = keyof typeof boxesIn;

/** A write that was taken. */
export interface Played {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly write: Write & { readonly version: Version; readonly force: boolean };
  /** Of an apply. */
  readonly config?: JsonObject;
  /** This write edits the owners as well. */
  readonly edits: boolean;
  /** Owners were edited, now or before, so that not every field need have one. */
  readonly edited: boolean;
}

/**
 * Plays random writes to one object, and shows each that was taken: applies, forced and not; updates and patches; to the object or to its
 * status; and updates that take an owner off the list, or forget them all. Objects are written to through two versions, or have items twice:
 * not both, for items that are there twice get in the way of owners of another version.
 */
export function play(below: Below, look: (played: Played) => void): void {
  const doubles = below(2) === 0;
  let live: KubeObject | undefined;
  let edited = false;
  for (let i = 0; i < WRITES; i++) {
    const part = live !== undefined && below(6) === 0 ? "status" : "";
    const time = `2026-01-01T00:00:${String(i).padStart(2, "0")}Z`;
    const manager = part === "status" ? "cid" : (MANAGERS[below(MANAGERS.length)] as string);
    const write = { manager, part, time, version: !doubles && below(3) === 0 ? "v2" : "v1", force: below(2) === 0 } as const;
    const before = live && inVersion(structuredClone(live), write.version);
    const applies = below(3) > 0;
    let after: KubeObject | undefined;
    let config: JsonObject | undefined;
    let edits = false;
    if (applies) {
      config = inVersion(bodyOf(part, below, doubles), write.version);
      after = applyTo(before, config, write);
      // a null that is left of what was given up is refused by validation
      if (after === undefined || JSON.stringify(after.spec)?.includes("null")) continue;
    } else {
      after = inVersion(updated(before, part, below, doubles), write.version);
      if (before !== undefined && part === "" && below(8) === 0) {
        after.metadata.managedFields = editOf(before.metadata.managedFields ?? [], below);
        edits = true;
        edited = true;
      }
      if (before === undefined) boxesIn[write.version].trackCreate(after, write);
      else boxesIn[write.version].trackUpdate(before, after, write);
    }
    putBack(after, before, part);
    after.metadata.uid = "u";
    // where that leaves nothing but times, nothing is written: the times are as before
    if (before !== undefined) isUnchanged(box, before, after);
    live = structuredClone(after);
    look({ before, after, write, ...(config && { config }), edits, edited });
  }
}

const inVersion = <Body extends { apiVersion?: unknown }>(body: Body, version: Version): Body => ({
  ...body,
  apiVersion: `test.example.com/${version}`,
});

/**
 * Some writes say something of the other part as well; but where there are several versions not of the status, for a write to an object takes
 * that from its owners in another version although it is put back.
 */
const saysBoth = (part: "" | "status", below: Below, doubles: boolean): boolean => below(3) === 0 && (part === "status" || doubles);

function bodyOf(part: "" | "status", below: Below, doubles: boolean): JsonObject {
  const { spec, ...object } = boxOf(randomSpec(below));
  const both = saysBoth(part, below, doubles);
  return {
    ...object,
    ...((both || part === "") && { spec }),
    ...((both || part === "status") && { status: randomStatus(below) }),
  } as JsonObject;
}

/** What a write to the object does to its status, or the other way round, does not count (see apiserver/strategy). */
export function putBack(object: KubeObject, before: KubeObject | undefined, part: string): void {
  const other = part === "status" ? "spec" : "status";
  if (before?.[other] === undefined) delete object[other];
  else object[other] = structuredClone(before[other]);
}

const randomStatus = (below: Below): JsonObject => ({ phase: below(2) === 0 ? "Up" : "Down" });

/** What a PUT or a merge patch makes of the object. */
function updated(before: KubeObject | undefined, part: "" | "status", below: Below, doubles: boolean): KubeObject {
  const { spec, status } = structuredClone(before ?? {}) as { spec?: JsonObject; status?: JsonObject };
  const both = saysBoth(part, below, doubles);
  const wanted = {
    apiVersion: "",
    kind: "Box",
    metadata: { name: "b", ...(before && { uid: "u" }) },
    spec: both || part === "" ? updatedSpec(spec, below, doubles) : spec,
    status: both || part === "status" ? randomStatus(below) : status,
  };
  const object = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as unknown as KubeObject;
  applyDefaults(box.schema, asJson(object));
  return object;
}

function updatedSpec(spec: JsonObject | undefined, below: Below, doubles: boolean): object {
  const ports = spec?.ports as JsonObject[] | undefined;
  if (doubles && ports !== undefined && below(3) === 0) {
    const place = below(ports.length);
    return { ...spec, ports: ports.map((port, i) => (i === place ? { ...port, name: below(2) === 0 ? "x" : "y" } : port)) };
  }
  const sent = randomSpec(below, { doubles });
  if (below(2) === 0) return sent;
  const patched = { ...spec, ...sent };
  return Object.fromEntries(Object.entries(patched).filter(([name]) => !Object.hasOwn(sent, name) || below(3) > 0));
}

/** One owner less, or none at all. */
function editOf(entries: readonly ManagedFieldsEntry[], below: Below): ManagedFieldsEntry[] {
  const place = below(Math.max(1, entries.length));
  const fewer = entries.filter((_, i) => i !== place);
  return fewer.length === 0 || below(3) === 0 ? [{}] : structuredClone(fewer);
}

/** Undefined for a conflict. */
function applyTo(live: KubeObject | undefined, config: JsonObject, write: Played["write"]): KubeObject | undefined {
  try {
    return structuredClone(boxesIn[write.version].apply(live && structuredClone(live), config, write));
  } catch (error) {
    if (error instanceof StatusError && error.code === 409 && !write.force) return undefined;
    throw error;
  }
}
