/**
 * Where an object does not fit its kind's schema (sigs.k8s.io/structured-merge-diff, typed/validate.go). Apply looks at shapes only; values
 * are validated later, with the rest of the object.
 */

import { goPrint, goType } from "../../apimachinery/go-print.ts";
import { Float, isJsonObject, isNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { goSyntax } from "./go-syntax.ts";
import { fieldElement, indexElement, printElement, printWay } from "./path-element.ts";
import { itemElement, memberType, shapeOf, UnidentifiableItem } from "./shapes.ts";
import type { ListType, MapType, ScalarType, ValueType } from "./value-type.ts";

/** So many are told, where Kubernetes tells all; one more line says that there are more. */
const MAX_TOLD = 1_000;

/** All of them in one text, `.spec.s: expected string, got …`; undefined for none. Live lists may have items that are the same, others not. */
export function typedErrors(type: ValueType, object: JsonValue, { duplicates = false } = {}): string | undefined {
  const search = new Search(duplicates);
  search.value(type, object);
  const { errors } = search;
  if (search.full) errors[MAX_TOLD] = "and more";
  return errors.length > 1 ? ["errors:", ...errors.map((error) => `  ${error}`)].join("\n") : errors[0];
}

class Search {
  readonly errors: string[] = [];
  readonly #duplicates: boolean;
  /** The steps to the value at hand. */
  readonly #way: string[] = [];

  constructor(duplicates: boolean) {
    this.#duplicates = duplicates;
  }

  get full(): boolean {
    return this.errors.length > MAX_TOLD;
  }

  value(type: ValueType, value: JsonValue): void {
    if (value === null || this.full) return;
    switch (shapeOf(type, value)) {
      case "scalar":
        if (!fitsScalar(type.scalar as ScalarType, value)) this.#tell(scalarError(type.scalar as ScalarType, value));
        break;
      case "list":
        if (Array.isArray(value)) this.#list(type.list as ListType, value);
        else this.#tell(`expected list, got &{${goPrint(value)}}`);
        break;
      case "map":
        if (isJsonObject(value)) this.#map(type.map as MapType, value);
        else this.#tell(`expected map, got &{${goPrint(value)}}`);
    }
  }

  #tell(what: string): void {
    const path = printWay(this.#way);
    this.errors.push(path === "" ? what : `${path}: ${what}`);
  }

  #below(element: string, step: () => void): void {
    this.#way.push(element);
    step();
    this.#way.pop();
  }

  /** A field that is not declared ends the search among its neighbours. */
  #map(map: MapType, value: JsonObject): void {
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (member === undefined || this.full) continue;
      const type = memberType(map, name);
      if (type !== undefined && fits(type, member)) continue;
      if (type === undefined) {
        this.#below(fieldElement(name), () => this.#tell("field not declared in schema"));
        return;
      }
      this.#below(fieldElement(name), () => this.value(type, member));
    }
  }

  /** So does an item that cannot be told apart. */
  #list(list: ListType, items: readonly JsonValue[]): void {
    const seen = new Set<string>();
    for (const [i, item] of items.entries()) {
      if (this.full) return;
      let element: string | undefined;
      if (!list.atomic) {
        try {
          element = itemElement(list, item);
        } catch (error) {
          if (!(error instanceof UnidentifiableItem)) throw error;
          this.#tell(`element ${i}: ${error.message}`);
          return;
        }
        if (!this.#duplicates && seen.has(element)) this.#tell(`duplicate entries for key ${printElement(element)}`);
        seen.add(element);
      }
      if (!fits(list.items, item)) this.#below(element ?? indexElement(i), () => this.value(list.items, item));
    }
  }
}

/** Most values are scalars that fit, and need no further look. */
const fits = ({ scalar }: ValueType, value: JsonValue): boolean =>
  value === null || (typeof value !== "object" && scalar !== undefined && fitsScalar(scalar, value));

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

function scalarError(type: ScalarType, value: JsonValue): string {
  switch (type) {
    case "string":
      return `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case "numeric":
      return `expected numeric (int or float), got ${goType(value)}`;
    case "boolean":
      return `expected boolean, got &{${goPrint(value)}}`;
    case "untyped":
      return `expected any scalar, got &{${goPrint(value)}}`;
  }
}
