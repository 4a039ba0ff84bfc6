import { type FieldError, invalid, tooLong } from "../field/error.ts";
import type { FieldPath } from "../field/path.ts";
import type { ManagedFieldsEntry } from "../object.ts";

/** The longest name of a field manager, in bytes. */
export const MANAGER_LENGTH = 128;
/** The longest name of a subresource in an entry of managedFields, in bytes. */
const SUBRESOURCE_LENGTH = 256;

/** What nearly all names consist of: done at one look, for every write. */
const PLAIN = /^[ -~]*$/;

/** What is wrong with the entries' names; entries that make no sense have been passed over before (k8s.io/apimachinery, pkg/apis/meta/v1/validation). */
export function validateManagedFields(entries: readonly ManagedFieldsEntry[], path: FieldPath): FieldError[] {
  return entries.flatMap(({ manager, subresource }, i) => {
    const errors = manager === undefined ? [] : validateManager(manager, path.index(i).child("manager"));
    if (subresource !== undefined && Buffer.byteLength(subresource) > SUBRESOURCE_LENGTH) {
      errors.push(tooLong(path.index(i).child("subresource"), SUBRESOURCE_LENGTH));
    }
    return errors;
  });
}

/** Errors about single characters of a name: each of them shows the whole name, which may be as long as an address. */
const MAX_CHARACTERS_TOLD = 200;

/** What is wrong with the name of a field manager: it is too long, or has characters that cannot be printed. */
export function validateManager(manager: string, field: FieldPath | string): FieldError[] {
  if (manager.length <= MANAGER_LENGTH && PLAIN.test(manager)) return [];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > MANAGER_LENGTH) errors.push(tooLong(field, MANAGER_LENGTH));
  let position = 0;
  for (const character of manager) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalid(field, manager, `invalid character U+${code} (at position ${position})`));
      if (errors.length > MAX_CHARACTERS_TOLD) break;
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII blank. */
export const isPrintable = (character: string): boolean =>
  (character >= " " && character <= "~") || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character);
