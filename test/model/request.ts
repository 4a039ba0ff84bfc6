import { HOLD, KEEP, type Value } from "./fields.ts";

export type Kind = "configmaps" | "networks";
export type Verb = "get" | "create" | "update" | "merge" | "strategic" | "json" | "apply" | "status" | "delete";

export interface Request {
  readonly verb: Verb;
  readonly kind: Kind;
  readonly name: string;
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly validation: "Ignore" | "Warn" | "Strict" | undefined;
  /** The body has a member that no schema knows. */
  readonly unknown: boolean;
  /** What the body says of the stored object: its resourceVersion, its uid. */
  readonly version: "none" | "current" | "stale";
  readonly uid: "none" | "current" | "other";
  /** What the body sets; null takes away. */
  readonly fields: ReadonlyMap<string, Value | null>;
  /** Of a JSON patch. */
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly op: "add" | "remove" | "replace" | "test";
  readonly way: string;
  readonly value: Value;
}

const VERBS: readonly Verb[] = [
  "get",
  "create",
  "create",
  "update",
  "update",
  "merge",
  "merge",
  "strategic",
  "json",
  "apply",
  "apply",
  "apply",
  "status",
  "delete",
];

const WAYS: Readonly<Record<Kind, readonly [way: string, values: readonly Value[]][]>> = {
  configmaps: [
    ["data.a", ["1", "2"]],
    ["data.b", ["1", "2"]],
    ["immutable", [true, false, false, false]],
  ],
  networks: [
    ["spec.ipam.mode", ["Auto", "Policy"]],
    ["spec.ipam.ipv4Range", ["1", "2"]],
    ["spec.mtu", [1460, 1500, 1500, 9000]],
  ],
};

const ANYWHERE: readonly [way: string, values: readonly Value[]][] = [
  ["metadata.labels.x", ["1", "2"]],
  ["metadata.labels.y", ["1", "1", "1", "no value!"]],
  [HOLD, [true]],
];

/** Requests about a few objects, by a few managers, of which most make sense. */
export function randomRequest(below: (below: number) => number): Request {
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const seldom = (often: number) => below(often) === 0;
  const verb = pick(VERBS);
  const kind = verb === "status" ? "networks" : pick<Kind>(["configmaps", "networks"]);
  return {
    verb,
    kind,
    name: pick(["m", "n"]),
    manager: pick(["ann", "ben", "cid"]),
    force: seldom(3),
    dryRun: seldom(8),
    validation: pick(["Ignore", "Warn", "Strict", undefined]),
    unknown: seldom(20),
    version: pick(verb === "update" ? ["current", "current", "stale", "none"] : ["none", "none", "none", "current", "stale"]),
    uid: pick(["none", "none", "none", "none", "current", "current", "other"]),
    fields: fields(),
    operations: Array.from({ length: 1 + below(3) }, operation),
  };

  function fields(): Request["fields"] {
    if (verb === "status") return new Map(seldom(3) ? [["status.ipam", null]] : [["status.ipam.ipv6Prefix", pick(["1", "2"])]]);
    const patch = verb === "merge" || verb === "strategic";
    const out = new Map<string, Value | null>(patch ? [] : [[KEEP, "1"]]);
    for (const [way, values] of [...WAYS[kind], ...ANYWHERE]) {
      const always = way === "spec.ipam.mode" && !patch && !seldom(10);
      if (always || seldom(2)) out.set(way, patch && seldom(4) && way !== "spec.ipam.mode" ? null : pick(values));
    }
    if (verb === "create" && !seldom(3)) out.delete(HOLD);
    return out;
  }

  function operation(): Operation {
    const [way, values] = pick([...WAYS[kind], ...ANYWHERE].filter(([name]) => name !== HOLD));
    return { op: pick(["add", "add", "remove", "replace", "test"]), way, value: pick(values) };
  }
}
