import { duplicate, type FieldError, invalid, required, tooMany } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { isJsonObject } from "../../../apimachinery/json/value.ts";
import { isPrintable } from "../../../apimachinery/validation/managed-fields.ts";
import { InvalidPath, schemaAt } from "./field-path.ts";
import type { Column, SelectableField, Version } from "./internal-form.ts";
import type { JsonSchema } from "./json-schema.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
export const MOST_SELECTABLE = 8;
const MOST_WARNING = 256;

export function deprecationErrors({ deprecated, deprecationWarning: warning }: Version, path: FieldPath): FieldError[] {
  if (warning === undefined) return [];
  const wrong = (text: string) => invalid(path, warning, text);
  if (!deprecated) return [wrong("can only be set for deprecated versions")];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(warning) > MOST_WARNING) errors.push(wrong(`must be <= ${MOST_WARNING} characters long`));
  if (warning === "") errors.push(wrong("must not be an empty string"));
  let at = 0;
  for (const character of warning) {
    if (!isPrintable(character)) {
      errors.push(wrong(`must only contain printable UTF-8 characters; non-printable character found at index ${at}`));
      break;
    }
    at += Buffer.byteLength(character);
  }
  return errors;
}

export function columnErrors({ name, type, format, jsonPath }: Column, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  if (!name) errors.push(required(path.child("name")));
  if (!type) errors.push(required(path.child("type"), types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(path.child("type"), type, types));
  if (format && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalid(path.child("format"), format, `must be one of ${COLUMN_FORMATS.join(",")}`));
  }
  if (!jsonPath) errors.push(required(path.child("JSONPath")));
  else errors.push(...simplePathErrors(jsonPath, path.child("JSONPath")));
  return errors;
}

export function subresourceErrors(subresources: Version["subresources"], path: FieldPath): FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const check = (member: "specReplicasPath" | "statusReplicasPath" | "labelSelectorPath", parents: readonly string[], where: string) => {
    const value = scale[member] ?? "";
    const field = path.child(`scale.${member}`);
    if (value === "") {
      if (member !== "labelSelectorPath") errors.push(required(field));
      return;
    }
    const wrong = simplePathErrors(value, field);
    if (wrong.length > 0) errors.push(...wrong);
    else if (!parents.some((parent) => value.startsWith(parent)))
      errors.push(invalid(field, value, `should be a json path under ${where}`));
  };
  check("specReplicasPath", [".spec."], ".spec");
  check("statusReplicasPath", [".status."], ".status");
  check("labelSelectorPath", [".spec.", ".status."], "either .spec or .status");
  return errors;
}

const simplePathErrors = (path: string, field: FieldPath): FieldError[] =>
  path.startsWith(".") ? [] : [invalid(field, path, "must be a simple json path starting with .")];

/** @param mayBeMany there were as many before */
export function selectableFieldErrors(
  fields: readonly SelectableField[],
  schema: JsonSchema | undefined,
  path: FieldPath,
  mayBeMany: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const field = path.index(index).child("jsonPath");
    if (!jsonPath) {
      errors.push(required(field));
      continue;
    }
    try {
      const found = schemaAt(jsonPath, schema ?? {}, { lists: false });
      if (found.names[0] === "metadata") errors.push(invalid(field, jsonPath, "must not point to fields in metadata"));
      if (!isJsonObject(found.schema) || !["string", "boolean", "integer"].includes(String(found.schema.type))) {
        const what = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
        errors.push(invalid(field, jsonPath, what));
      }
      const name = found.names.join(".");
      if (seen.has(name)) errors.push(duplicate(field, jsonPath));
      seen.add(name);
    } catch (error) {
      if (!(error instanceof InvalidPath)) throw error;
      errors.push(invalid(field, jsonPath, `is an invalid path: ${error.message}`));
    }
  }
  if (seen.size > MOST_SELECTABLE && !mayBeMany) errors.push(tooMany(path, seen.size, MOST_SELECTABLE));
  return errors;
}
