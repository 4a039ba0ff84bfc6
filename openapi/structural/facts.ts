import { RE2JS } from "re2js";
import type { Schema } from "../../apis/schema.ts";
import { type FormatCheck, stringFormat } from "./formats/formats.ts";

/** What the validator needs of one node of a schema, made once. */
export interface Facts {
  /** The types that the node takes; none where it says nothing of types. */
  readonly types: readonly string[];
  /** The format, where this server knows it for this type: others are not checked. */
  readonly format: string;
  readonly checkFormat: FormatCheck | undefined;
  readonly pattern: Pattern | undefined;
  /** The type and format that bound numbers; empty where the node takes several types or none. */
  readonly numberType: string;
  readonly numberFormat: string;
}

export interface Pattern {
  /** The pattern as error texts show it. */
  readonly shown: string;
  matches(text: string): boolean;
}

const known = new WeakMap<Schema, Facts>();

export function factsOf(schema: Schema): Facts {
  let facts = known.get(schema);
  if (facts === undefined) {
    facts = makeFacts(schema);
    known.set(schema, facts);
  }
  return facts;
}

function makeFacts(schema: Schema): Facts {
  const types = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type === undefined ? [] : [schema.type];
  const type = types.length === 1 ? (types[0] as string) : "";
  const format = knownFormat(type, schema.format);
  const numeric = type === "integer" || type === "number";
  return {
    types,
    format,
    checkFormat: format === "" ? undefined : stringFormat(format),
    pattern: schema.pattern === undefined || schema.pattern === "" ? undefined : compile(schema.pattern),
    numberType: numeric ? type : "",
    numberFormat: numeric ? format : "",
  };
}

/** Formats that mean something for the type; all others are left out of the validation (apiextensions-apiserver, formats.go). */
export function knownFormat(type: string, format: string | undefined): string {
  if (format === undefined) return "";
  if (type === "" || type === "string") return stringFormat(format) === undefined ? "" : format;
  if (type === "integer") return format === "int32" || format === "int64" ? format : "";
  if (type === "number") return format === "float" || format === "double" ? format : "";
  return "";
}

/** Patterns come from users, so they run on an engine whose time is linear in the text. Not anchored. */
function compile(pattern: string): Pattern {
  try {
    const compiled = RE2JS.compile(pattern);
    return { shown: pattern, matches: (text) => compiled.test(text) };
  } catch (error) {
    return { shown: `${pattern}, but pattern is invalid: ${(error as Error).message}`, matches: () => false };
  }
}
