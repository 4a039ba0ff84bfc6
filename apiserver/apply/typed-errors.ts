/**
 * Where an object does not fit its kind's schema (sigs.k8s.io/structured-merge-diff, typed/validate.go). Apply looks at shapes only; values
 * are validated later, with the rest of the object.
 */

import { goPrint, goType } from "../../apimachinery/go-print.ts";
import { Float, isJsonObject, isNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { goSyntax } from "./go-syntax.ts";
import { fieldElement, indexElement, printElement } from "./path-element.ts";
import { itemElement, memberType, shapeOf, UnidentifiableItem } from "./shapes.ts";
import type { ListType, MapType, ScalarType, ValueType } from "./value-type.ts";

interface TypedError {
  /** As error texts write it; empty for the place itself. */
  readonly path: string;
  readonly what: string;
}

/** All of them in one text, `.spec.s: expected string, got …`; undefined for none. Live lists may have items that are the same, others not. */
export function typedErrors(type: ValueType, object: JsonValue, { duplicates = false } = {}): string | undefined {
  const errors = errorsIn(type, object, duplicates).map(({ path, what }) => (path === "" ? what : `${path}: ${what}`));
  return errors.length > 1 ? ["errors:", ...errors.map((error) => `  ${error}`)].join("\n") : errors[0];
}

const here = (what: string): TypedError[] => [{ path: "", what }];
const below = (element: string, { path, what }: TypedError): TypedError => ({ path: printElement(element) + path, what });

function errorsIn(type: ValueType, value: JsonValue, duplicates: boolean): TypedError[] {
  if (value === null) return [];
  switch (shapeOf(type, value)) {
    case "scalar":
      return scalarErrors(type.scalar as ScalarType, value);
    case "list":
      return Array.isArray(value) ? listErrors(type.list as ListType, value, duplicates) : here(`expected list, got &{${goPrint(value)}}`);
    case "map":
      return isJsonObject(value) ? mapErrors(type.map as MapType, value, duplicates) : here(`expected map, got &{${goPrint(value)}}`);
  }
}

/** Null fits any type. */
export function fitsScalar(type: ScalarType, value: JsonValue): boolean {
  if (value === null) return true;
  switch (type) {
    case "string":
      return typeof value === "string";
    case "numeric":
      return isNumber(value);
    case "boolean":
      return typeof value === "boolean";
    case "untyped":
      return typeof value !== "object" || value instanceof Float;
  }
}

function scalarErrors(type: ScalarType, value: JsonValue): TypedError[] {
  if (fitsScalar(type, value)) return [];
  switch (type) {
    case "string":
      return here(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case "numeric":
      return here(`expected numeric (int or float), got ${goType(value)}`);
    case "boolean":
      return here(`expected boolean, got &{${goPrint(value)}}`);
    case "untyped":
      return here(`expected any scalar, got &{${goPrint(value)}}`);
  }
}

/** A field that is not declared ends the search among its neighbours. */
function mapErrors(map: MapType, value: JsonObject, duplicates: boolean): TypedError[] {
  const errors: TypedError[] = [];
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const element = fieldElement(name);
    const type = memberType(map, name);
    if (type === undefined) return [...errors, { path: printElement(element), what: "field not declared in schema" }];
    for (const error of errorsIn(type, member, duplicates)) errors.push(below(element, error));
  }
  return errors;
}

/** So does an item that cannot be told apart. */
function listErrors(list: ListType, items: readonly JsonValue[], duplicates: boolean): TypedError[] {
  const errors: TypedError[] = [];
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    let element = indexElement(i);
    if (!list.atomic) {
      try {
        element = itemElement(list, item);
      } catch (error) {
        if (error instanceof UnidentifiableItem) return [...errors, ...here(`element ${i}: ${error.message}`)];
        throw error;
      }
      if (!duplicates && seen.has(element)) errors.push(...here(`duplicate entries for key ${printElement(element)}`));
      seen.add(element);
    }
    for (const error of errorsIn(list.items, item, duplicates)) errors.push(below(element, error));
  }
  return errors;
}
