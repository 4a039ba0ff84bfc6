import type { KubeObject } from "../object.ts";
import { Float } from "./value.ts";

/**
 * A value as JSON: bigints as digits, {@link Float} as its number; members that are undefined are left out. Compact, or indented by that many
 * blanks. The native writer does it wherever there is no bigint, which it refuses.
 */
export function stringify(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent) ?? "null";
  } catch (error) {
    if (error instanceof TypeError) return write(value, indent, "\n");
    throw error;
  }
}

/** `lineBreak` is a break and the indentation of the line that the value stands in. */
function write(value: unknown, indent: number, lineBreak: string): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || value instanceof Float) return JSON.stringify(value) ?? "null";
  const inner = lineBreak + " ".repeat(indent);
  const enclose = (open: string, parts: readonly string[], close: string) => {
    if (parts.length === 0) return open + close;
    return indent === 0 ? open + parts.join(",") + close : open + inner + parts.join(`,${inner}`) + lineBreak + close;
  };
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item, indent, inner));
    return enclose("[", items, "]");
  }
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${indent === 0 ? "" : " "}${write(member, indent, inner)}`);
  }
  return enclose("{", members, "}");
}

/** The canonical text of an object: `apiVersion`, `kind` and `metadata` first, the other members as they stand. */
export function objectText({ apiVersion, kind, metadata, ...rest }: KubeObject): string {
  return stringify({ apiVersion, kind, metadata, ...rest });
}

/** The canonical bytes of an object. */
export const encodeObject = (object: KubeObject): Buffer => Buffer.from(objectText(object));
