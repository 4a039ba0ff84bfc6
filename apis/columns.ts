/** Columns and cells that several kinds share (built-in kinds: kubernetes, pkg/printers/internalversion). */
import type { KubeObject } from "../apimachinery/object.ts";
import type { Column } from "./kind.ts";

/** Go's longest duration; a time further back than that is shown as just as far. */
const LONGEST = Math.floor(Number((1n << 63n) - 1n) / 1e6);

/** How long ago a time was, as kubectl shows ages: `5m2s`, `3d`, `<unknown>` without a time, `<invalid>` for one that lies ahead. */
export function timeSince(time: string | null | undefined, now: number): string {
  if (time === undefined || time === null || time === "") return "<unknown>";
  return humanDuration(Math.min(now - Date.parse(time), LONGEST));
}

/** duration.HumanDuration of k8s.io/apimachinery. */
function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return both(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  if (hours < 24 * 365 * 8) return both(years, "y", days % 365, "d");
  return `${years}y`;
}

const both = (major: number, unit: string, minor: number, smaller: string) =>
  minor === 0 ? `${major}${unit}` : `${major}${unit}${minor}${smaller}`;

/** Built-in kinds print their age as text, where custom ones leave the time to the table. */
export const AGE: Column = {
  name: "Age",
  type: "string",
  format: "",
  description: "The time that has passed since the server created the object.",
  priority: 0,
  cell: ({ metadata }: KubeObject, now) => timeSince(metadata.creationTimestamp, now),
};

/** RBAC kinds and CustomResourceDefinitions print the moment instead. */
export const CREATED_AT: Column = {
  name: "Created At",
  type: "date",
  format: "",
  description: "When the server created the object.",
  priority: 0,
  cell: ({ metadata }: KubeObject) => metadata.creationTimestamp ?? null,
};

/** The age column of a custom kind: the table turns the time into an age. */
export const CUSTOM_AGE = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" } as const;

/** Two columns: whether a condition holds, and why. */
export const conditionColumns = (type: string) =>
  [
    { name: type, jsonPath: `.status.conditions[?(@.type=="${type}")].status` },
    { name: "Reason", jsonPath: `.status.conditions[?(@.type=="${type}")].reason` },
  ] as const;
