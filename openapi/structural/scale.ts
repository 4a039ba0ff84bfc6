import { type FieldError, invalid } from "../../apimachinery/field/error.ts";
import { goPrint, goType } from "../../apimachinery/go-print.ts";
import { isJsonObject, isNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import type { Subresources } from "../../apis/kind.ts";
import { isInt64 } from "./numbers.ts";

type Scale = NonNullable<Subresources["scale"]>;

const MAX_REPLICAS = 2147483647;

/** Errors of the field that a scale's replicas are written to; the field's name is its path, with the dot in front. */
export const validateScaleSpec = (scale: Scale, object: JsonObject): FieldError[] => validateReplicas(scale.specReplicasPath, object);

/** Errors of the fields that a scale's status is read from. */
export function validateScaleStatus(scale: Scale, object: JsonObject): FieldError[] {
  const errors = validateReplicas(scale.statusReplicasPath, object);
  const path = scale.labelSelectorPath;
  if (path !== undefined) {
    const found = find(object, path);
    if (found.problem !== undefined) errors.push(invalid(path, "", found.problem));
    else if (found.there && typeof found.value !== "string") errors.push(invalid(path, "", accessorError(path, found.value, "string")));
  }
  return errors;
}

function validateReplicas(path: string, object: JsonObject): FieldError[] {
  const found = find(object, path);
  if (found.problem !== undefined) return [invalid(path, 0, found.problem)];
  if (!found.there) return [];
  const { value } = found;
  if (!isNumber(value) || !isInt64(value)) return [invalid(path, 0, accessorError(path, value, "int64"))];
  if (value < 0) return [invalid(path, value, "should be a non-negative integer")];
  return value > MAX_REPLICAS ? [invalid(path, value, `should be less than or equal to ${MAX_REPLICAS}`)] : [];
}

export interface Found {
  readonly there: boolean;
  readonly value: JsonValue;
  readonly problem?: string;
}

/** The names in a path such as `.spec.replicas`. */
export const namesIn = (path: string): string[] => path.replace(/^\./, "").split(".");

/** Follows a path such as `.spec.replicas`; what stands in its way is a problem, a missing member is none. */
export function find(object: JsonObject, path: string): Found {
  const names = namesIn(path);
  let value: JsonValue = object;
  for (const [index, name] of names.entries()) {
    if (value === null) return { there: false, value };
    if (!isJsonObject(value)) {
      const way = names.slice(0, index + 1).join(".");
      return { there: false, value, problem: accessorError(`.${way}`, value, "map[string]interface{}") };
    }
    if (!Object.hasOwn(value, name)) return { there: false, value: null };
    value = value[name] as JsonValue;
  }
  return { there: true, value };
}

export const accessorError = (path: string, value: JsonValue, expected: string): string =>
  `${path.startsWith(".") ? path : `.${path}`} accessor error: ${goPrint(value)} is of the type ${goType(value)}, expected ${expected}`;
