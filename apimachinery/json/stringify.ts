import type { KubeObject } from "../object.ts";
import { Float } from "./value.ts";

/**
 * A value as compact JSON: bigints as digits, {@link Float} as its number; members that are undefined are left out. The native writer does
 * it wherever there is no bigint, which it refuses.
 */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    if (error instanceof TypeError) return write(value);
    throw error;
  }
}

function write(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || value instanceof Float) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${write(member)}`);
  }
  return `{${members.join(",")}}`;
}

/**
 * The canonical bytes of an object: `apiVersion`, `kind` and `metadata` first, the other members as they stand.
 * `withoutResourceVersion` leaves out what only the store knows.
 */
export function encodeObject(object: KubeObject, { withoutResourceVersion = false } = {}): Buffer {
  const { apiVersion, kind, metadata, ...rest } = object;
  const kept = withoutResourceVersion ? { ...metadata, resourceVersion: undefined } : metadata;
  return Buffer.from(stringify({ apiVersion, kind, metadata: kept, ...rest }));
}
