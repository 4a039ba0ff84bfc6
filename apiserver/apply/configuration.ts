/** The configuration of an apply on its way in and out of the algorithm: what it must be, and how the result becomes an object of its kind. */
import { copyJson } from "../../apimachinery/json/copy.ts";
import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject } from "../../apimachinery/object.ts";
import { badRequest, unknownError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";
import { decodeStruct } from "../../openapi/structs/decode.ts";
import { coerceEmbedded } from "../../openapi/structs/embedded.ts";
import { applyDefaults } from "../../openapi/structural/defaults.ts";
import { prune } from "../../openapi/structural/prune.ts";
import { decodeBuiltin } from "../encodings/decode-builtin.ts";
import { parseGroupVersion } from "../encodings/probe.ts";
import { typedErrors } from "./typed-errors.ts";
import type { Version } from "./versions.ts";

/** @throws StatusError BadRequest for another type of object */
export function checkType({ kind, apiVersion }: Version, config: JsonObject): void {
  if (config.kind !== kind.kind || config.apiVersion !== apiVersion) throw badRequest(`invalid object type: ${printType(config)}`);
}

/** @throws StatusError BadRequest for one that brings owners; 500 without a reason for what the schema does not have */
export function checkConfiguration({ type }: Version, config: JsonObject): void {
  if (isJsonObject(config.metadata) && Array.isArray(config.metadata.managedFields)) throw badRequest("metadata.managedFields must be nil");
  const errors = typedErrors(type, config);
  if (errors !== undefined) throw unknownError(`failed to create typed patch object (${printObject(config)}): ${errors}`);
}

/** @throws StatusError 500 without a reason where the stored object does not fit the schema, which has changed or cannot tell items apart */
export function checkLive({ type }: Version, live: KubeObject): void {
  const errors = typedErrors(type, asJson(live), { duplicates: true });
  if (errors !== undefined) throw unknownError(`failed to create typed live object (${printObject(asJson(live))}): ${errors}`);
}

/** The same of an object that has no owners yet. */
export function checkUnowned({ type }: Version, live: KubeObject): void {
  const errors = typedErrors(type, asJson(live), { duplicates: true });
  if (errors === undefined) return;
  const what = `failed to convert new object (${printObject(asJson(live))}) to smd typed: ${errors}`;
  throw unknownError(`failed to create manager for existing fields: ${what}`);
}

/**
 * The result of an apply as an object of its kind, with defaults: a built-in kind's is read as its Go type, a custom kind's is pruned. Nothing
 * is shared with `result`.
 * @throws StatusError 500 without a reason for a value that the Go type does not take, a time or bytes that are none
 */
export function toKind(kind: KindDefinition, result: JsonObject, config: JsonObject): KubeObject {
  const type = `${printGroupVersion(kind)}, Kind=${kind.kind}`;
  const refuse = (error: string) =>
    unknownError(
      `failed to convert new object (${printObject(config)}) to proper version: unable to convert unstructured object to ${type}: ${error}`,
    );
  if (kind.flavor === "builtin") {
    const object = decodeBuiltin(kind, stringify(result), false, refuse, "converter").value as unknown as KubeObject;
    kind.strategy.setDefaults?.(object);
    return object;
  }
  try {
    return toCustomKind(kind, result) as unknown as KubeObject;
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
}

/** Unlike a body, it keeps nulls that no default replaces: validation is to see them. */
function toCustomKind({ schema }: KindDefinition, result: JsonObject): JsonObject {
  const { apiVersion = "", kind = "", metadata = {}, ...rest } = result;
  const meta = decodeStruct(objectMeta, stringify(metadata), { strict: false, words: "converter" }).value;
  const object: JsonObject = { apiVersion, kind, metadata: meta, ...copyJson(rest) };
  prune(schema, object);
  coerceEmbedded(schema, object);
  applyDefaults(schema, object);
  return object;
}

/** `ns/name; apps/v1, Kind=Deployment`, as far as the object says. */
export function printObject(object: JsonObject): string {
  const { namespace, name } = isJsonObject(object.metadata) ? object.metadata : ({} as JsonObject);
  return `${textOf(namespace)}/${textOf(name)}; ${printType(object)}`;
}

function printType({ apiVersion, kind }: JsonObject): string {
  return `${printGroupVersion(groupVersionOf(textOf(apiVersion)))}, Kind=${textOf(kind)}`;
}

function groupVersionOf(apiVersion: string): { group: string; version: string } {
  try {
    return parseGroupVersion(apiVersion);
  } catch (error) {
    if (error instanceof DecodeError) return { group: "", version: "" };
    throw error;
  }
}

const printGroupVersion = ({ group, version }: { group: string; version: string }): string => `${group}/${version}`;

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
