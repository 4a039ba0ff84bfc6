import type { FieldError } from "../../apimachinery/field/error.ts";
import * as failures from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import { marshal, quote } from "../../apimachinery/go-text.ts";
import { equalJson } from "../../apimachinery/json/equal.ts";
import { isJsonObject, isNumber, type JsonNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { Correlation } from "./correlation.ts";
import { type Facts, factsOf } from "./facts.ts";
import { propertyOf, valuesOf } from "./node.ts";
import { asFloat, checkNumber, isInt64, isNearInteger, type NumberReport } from "./numbers.ts";
import { Result } from "./result.ts";
import { identityOf } from "./uniqueness.ts";

/**
 * Checks a value against a structural schema and returns what is wrong, in kube-apiserver's order and words (kube-api-behaviour 7.4;
 * kube-openapi, pkg/validation/validate). The schema is walked along the value; nothing is compiled but patterns.
 *
 * `prefix` is put before the field of every error but not into the library's sentences: writes of a status are checked with the schema
 * of the status and the prefix `status`, and read `status.size: Invalid value: "string": size in body must be of type integer`.
 */
export function validateSchema(schema: Schema, value: JsonValue, prefix: FieldPath = FieldPath.root): FieldError[] {
  return new Walk(prefix).errors(schema, value, undefined);
}

/**
 * The same for an update: what was wrong before and did not change is tolerated (CRDValidationRatcheting). `old` is the value before,
 * undefined where there was none.
 */
export function validateUpdate(
  schema: Schema,
  value: JsonValue,
  old: JsonValue | undefined,
  prefix: FieldPath = FieldPath.root,
): FieldError[] {
  return new Walk(prefix).errors(schema, value, new Correlation(schema, value, old));
}

class Walk {
  readonly #prefix: FieldPath;

  constructor(prefix: FieldPath) {
    this.#prefix = prefix;
  }

  errors(schema: Schema, value: JsonValue, correlation: Correlation | undefined): FieldError[] {
    const result = new Result();
    this.#node(schema, value, "", result, correlation);
    return result.errors;
  }

  #field(path: string): FieldPath {
    return path === "" || path === "." ? this.#prefix : this.#prefix.child(path.startsWith(".") ? path.slice(1) : path);
  }

  /** A sentence that the library ties to no field. */
  #loose(result: Result, say: () => string): void {
    result.add(say, (text) => failures.invalid(this.#prefix, "", text));
  }

  #invalid(result: Result, path: string, value: JsonValue, say: () => string): void {
    result.add(say, (text) => failures.invalid(this.#field(path), value, text));
  }

  #typeInvalid(result: Result, path: string, type: string, found: string): void {
    const say = () => `${path} in body must be of type ${type}: ${quote(found)}`;
    result.add(say, (text) => failures.typeInvalid(this.#field(path), found, text));
  }

  #tooMany(result: Result, path: string, found: number, max: number, what: "items" | "properties"): void {
    const say = () => `${path} in body should have at most ${max} ${what}`;
    result.add(say, () => failures.tooMany(this.#field(path), found, max));
  }

  /** Where values before the update are known, a node that is wrong but did not change is let through. */
  #node(schema: Schema, value: JsonValue, path: string, result: Result, correlation: Correlation | undefined): void {
    if (correlation === undefined) {
      this.#check(schema, value, path, result, undefined);
      return;
    }
    const own = new Result();
    this.#check(schema, value, path, own, correlation);
    if (own.valid || !correlation.equal) result.merge(own);
    else result.matches += own.matches;
  }

  #check(schema: Schema, value: JsonValue, path: string, result: Result, correlation: Correlation | undefined): void {
    const facts = factsOf(schema);
    if (value === null) {
      this.#null(schema, facts, path, result);
      return;
    }
    this.#type(facts, value, path, result);
    this.#combinators(schema, value, path, result);
    if (typeof value === "string") this.#string(schema, facts, value, path, result);
    else if (isNumber(value)) this.#number(schema, value, path, result);
    else if (Array.isArray(value)) this.#list(schema, value, path, result, correlation);
    this.#enum(schema, value, path, result);
    if (isJsonObject(value)) this.#object(schema, value, path, result, correlation);
    result.matches += matchesOfNode(facts, value);
  }

  #null(schema: Schema, facts: Facts, path: string, result: Result): void {
    if (facts.types.length > 0 && schema.nullable !== true) this.#typeInvalid(result, path, facts.types.join(","), "null");
    else result.matches++;
    this.#enum(schema, null, path, result);
  }

  #type(facts: Facts, value: JsonValue, path: string, result: Result): void {
    const { types, format } = facts;
    if (types.length === 0 && format === "") return;
    const [found, foundFormat] = typeOf(value);
    const wholeFloat = isNumber(value) && found === "number" && types.includes("integer") && isNearInteger(asFloat(value));
    const numeric = wholeFloat || (found === "integer" && types.includes("number"));
    const textual = typeof value === "string" || Array.isArray(value);
    if (!textual && format !== "" && !types.includes(found) && foundFormat !== format && !numeric) {
      this.#typeInvalid(result, path, format, foundFormat);
    } else if (textual && format !== "" && !types.includes("number") && !types.includes("integer")) {
      result.matches++;
    } else if (!types.includes(found) && !numeric) {
      this.#typeInvalid(result, path, types.join(","), found);
    } else {
      result.matches++;
    }
  }

  #string(schema: Schema, facts: Facts, value: string, path: string, result: Result): void {
    const { maxLength, minLength } = schema;
    const length = maxLength === undefined && minLength === undefined ? 0 : codePoints(value);
    if (maxLength !== undefined && length > maxLength) {
      const say = () => `${path} in body should be at most ${maxLength} chars long`;
      result.add(say, () => failures.tooLong(this.#field(path), maxLength));
    } else if (minLength !== undefined && length < minLength) {
      this.#invalid(result, path, value, () => `${path} in body should be at least ${minLength} chars long`);
    } else if (facts.pattern !== undefined && !facts.pattern.matches(value)) {
      const { shown } = facts.pattern;
      this.#invalid(result, path, value, () => `${path} in body should match '${shown}'`);
    }
    if (facts.checkFormat !== undefined && !facts.checkFormat(value)) {
      this.#typeInvalid(result, path, facts.format, value);
    }
  }

  #number(schema: Schema, value: JsonNumber, path: string, result: Result): void {
    const report: NumberReport = {
      field: (text, bad) => void this.#invalid(result, path, bad, () => text),
      loose: (text) => void this.#loose(result, () => text),
    };
    checkNumber(schema, value, path, report);
  }

  #list(schema: Schema, list: JsonValue[], path: string, result: Result, correlation: Correlation | undefined): void {
    const { items, minItems, maxItems } = schema;
    if (items !== undefined) {
      for (let index = 0; index < list.length; index++) {
        this.#node(items, list[index] as JsonValue, `${path}[${index}]`, result, correlation?.item(index));
      }
    }
    if (minItems !== undefined && list.length < minItems) {
      this.#invalid(result, path, list.length, () => `${path} in body should have at least ${minItems} items`);
    }
    if (maxItems !== undefined && list.length > maxItems) this.#tooMany(result, path, list.length, maxItems, "items");
    if (schema.uniqueItems === true && hasDuplicates(list)) {
      this.#invalid(result, path, "", () => `${path} in body shouldn't contain duplicates`);
    }
  }

  #object(schema: Schema, object: JsonObject, path: string, result: Result, correlation: Correlation | undefined): void {
    const { properties, required, minProperties, maxProperties } = schema;
    const size = minProperties === undefined && maxProperties === undefined ? 0 : Object.keys(object).length;
    if (minProperties !== undefined && size < minProperties) {
      this.#invalid(result, path, size, () => `${path} in body should have at least ${minProperties} properties`);
    }
    if (maxProperties !== undefined && size > maxProperties) this.#tooMany(result, path, size, maxProperties, "properties");
    if (schema.additionalProperties !== undefined) this.#additional(schema, object, path, result, correlation);
    if (properties !== undefined) {
      for (const name of Object.keys(properties)) {
        if (!Object.hasOwn(object, name)) continue;
        const before = path === "" && (name === "apiVersion" || name === "kind") ? undefined : correlation?.member(name);
        this.#node(properties[name] as Schema, object[name] as JsonValue, path === "" ? name : `${path}.${name}`, result, before);
      }
    }
    if (required !== undefined) {
      for (const name of required) {
        if (Object.hasOwn(object, name)) continue;
        const say = () => `${path}.${name} in body is required`;
        result.add(say, () => failures.required(this.#field(`${path}.${name}`)));
      }
    }
  }

  #additional(schema: Schema, object: JsonObject, path: string, result: Result, correlation: Correlation | undefined): void {
    const values = valuesOf(schema);
    for (const name of Object.keys(object)) {
      if (propertyOf(schema, name) !== undefined) continue;
      if (values !== undefined) this.#node(values, object[name] as JsonValue, `${path}.${name}`, result, correlation?.member(name));
      else if (schema.additionalProperties === false) {
        this.#invalid(result, path, name, () => `${path}.${name} in body is a forbidden property`);
      }
    }
  }

  #enum(schema: Schema, value: JsonValue, path: string, result: Result): void {
    const allowed = schema.enum;
    if (allowed === undefined || allowed.length === 0 || allowed.some((one) => isEnumValue(value, one as JsonValue))) return;
    const shown = () => allowed.map((one) => (typeof one === "string" ? one : marshal(one)));
    const say = () => `${path} in body should be one of [${shown().join(" ")}]`;
    result.add(say, () => failures.notSupported(this.#field(path), value, shown()));
  }

  /** What only validates: branches see the value whole, and tolerate nothing for being old. */
  #combinators(schema: Schema, value: JsonValue, path: string, result: Result): void {
    const { anyOf, oneOf, allOf, not } = schema;
    if (anyOf !== undefined && anyOf.length > 0) this.#anyOf(anyOf, value, path, result);
    if (oneOf !== undefined && oneOf.length > 0) this.#oneOf(oneOf, value, path, result);
    if (allOf !== undefined && allOf.length > 0) this.#allOf(allOf, value, path, result);
    if (not !== undefined && this.#branch(not, value, path).valid)
      this.#loose(result, () => `${quote(path)} must not validate the schema (not)`);
    result.matches++;
  }

  #branch(schema: Schema, value: JsonValue, path: string): Result {
    const result = new Result();
    this.#check(schema, value, path, result, undefined);
    return result;
  }

  #anyOf(branches: readonly Schema[], value: JsonValue, path: string, result: Result): void {
    let closest: Result | undefined;
    for (const schema of branches) {
      const branch = this.#branch(schema, value, path);
      if (branch.valid) {
        result.matches += branch.matches;
        return;
      }
      if (closest === undefined || branch.matches > closest.matches) closest = branch;
    }
    this.#loose(result, () => `${quote(path)} must validate at least one schema (anyOf)`);
    result.merge(closest as Result);
  }

  #oneOf(branches: readonly Schema[], value: JsonValue, path: string, result: Result): void {
    let closest: Result | undefined;
    let first: Result | undefined;
    let valid = 0;
    for (const schema of branches) {
      const branch = this.#branch(schema, value, path);
      if (branch.valid) {
        valid++;
        first ??= branch;
      } else if (valid === 0 && (closest === undefined || branch.matches > closest.matches)) closest = branch;
    }
    if (valid === 1) {
      result.matches += (first as Result).matches;
      return;
    }
    const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
    this.#loose(result, () => `${quote(path)} must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) result.merge(closest as Result);
  }

  #allOf(branches: readonly Schema[], value: JsonValue, path: string, result: Result): void {
    let valid = 0;
    for (const schema of branches) {
      const branch = this.#branch(schema, value, path);
      if (branch.valid) valid++;
      result.merge(branch);
    }
    if (valid === branches.length) return;
    this.#loose(result, () => `${quote(path)} must validate all the schemas (allOf)${valid === 0 ? ". None validated" : ""}`);
  }
}

/** The library counts each of its validators that looked at the value: combinators, enum, and those for the kind of value. */
function matchesOfNode(facts: Facts, value: JsonValue): number {
  let matches = 3;
  if (facts.types.length > 0 || facts.format !== "") matches++;
  if (typeof value === "string") matches += facts.checkFormat === undefined ? 1 : 2;
  else if (isNumber(value) || Array.isArray(value)) matches += 2;
  else if (isJsonObject(value)) matches++;
  return matches;
}

/** A value's JSON type, and the format that goes with it in Kubernetes' decoder. */
function typeOf(value: JsonValue): [type: string, format: string] {
  if (typeof value === "string") return ["string", ""];
  if (typeof value === "boolean") return ["boolean", ""];
  if (isNumber(value)) return isInt64(value) ? ["integer", "int64"] : ["number", "float64"];
  return [Array.isArray(value) ? "array" : "object", ""];
}

function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) count--;
  }
  return count;
}

/** Numbers are compared after conversion to the kind of number that the enum has, as Go converts: a fraction is cut off. */
function isEnumValue(value: JsonValue, allowed: JsonValue): boolean {
  if (!isNumber(value) || !isNumber(allowed)) return value !== null && equalJson(value, allowed);
  if (!isInt64(allowed)) return asFloat(value) === asFloat(allowed);
  return isInt64(value) ? value === allowed : Math.trunc(asFloat(value)) === Number(allowed);
}

const hasDuplicates = (list: readonly JsonValue[]): boolean => new Set(list.map(identityOf)).size < list.length;
