import { type FieldError, invalid, tooLong } from "../field/error.ts";
import type { FieldPath } from "../field/path.ts";

/** How many bytes the name of a field manager may have. */
export const MAX_FIELD_MANAGER_LENGTH = 128;

/** The name of a field manager has to be short, and printable as Go sees it: of the white space only the plain blank. */
export function validateFieldManager(manager: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > MAX_FIELD_MANAGER_LENGTH) errors.push(tooLong(path, MAX_FIELD_MANAGER_LENGTH));
  let position = 0;
  for (const character of manager) {
    if (!/[ \p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) {
      const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}
