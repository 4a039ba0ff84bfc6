/** The rules that ConfigMaps and Secrets share: keys, sizes, and what `immutable` forbids (kubernetes, pkg/apis/core/validation). */
import { type FieldError, forbidden, invalid, tooLong } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validateConfigKey } from "../../../apimachinery/validation/names.ts";

/** One MiB: the most that all values together may have, in bytes. */
const MAX_SIZE = 1024 * 1024;

export type Data = Record<string, string>;

/** Errors of the keys of one member, e.g. `data[a b]`. */
export function validateKeys(member: string, data: Data): FieldError[] {
  const path = FieldPath.of(member);
  return Object.keys(data).flatMap((key) => validateConfigKey(key).map((text) => invalid(path.key(key), key, text)));
}

/** Bytes of texts, as UTF-8. */
export function textSize(data: Data): number {
  let size = 0;
  for (const text of Object.values(data)) size += Buffer.byteLength(text);
  return size;
}

/** Bytes of base64 texts, decoded. */
export function binarySize(data: Data): number {
  let size = 0;
  for (const text of Object.values(data)) size += Buffer.byteLength(text, "base64");
  return size;
}

/** ConfigMaps blame no field, which reads `[]`; Secrets blame `data`. */
export function validateSize(size: number, field: string): FieldError[] {
  return size > MAX_SIZE ? [tooLong(field, MAX_SIZE)] : [];
}

/** Errors of changing what was made immutable: the flag itself and these members. */
export function validateImmutable(object: KubeObject, old: KubeObject, members: readonly string[]): FieldError[] {
  if (old.immutable !== true) return [];
  const changed = members.filter((member) => !equalJson((object[member] ?? {}) as JsonValue, (old[member] ?? {}) as JsonValue));
  return [...(object.immutable === true ? [] : ["immutable"]), ...changed].map((member) =>
    forbidden(member, "field is immutable when `immutable` is set"),
  );
}
