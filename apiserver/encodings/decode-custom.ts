import { quote } from "../../apimachinery/go-text.ts";
import { DecodeError, JsonTypeError } from "../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { apiVersionOf } from "../../apimachinery/object.ts";
import { badRequest, internalError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { type DecodedStruct, decodeStruct } from "../../openapi/structs/decode.ts";
import { coerceEmbedded } from "../../openapi/structs/embedded.ts";
import { MAX_PROBLEMS } from "../../openapi/structs/go-type.ts";
import { applyDefaults } from "../../openapi/structural/defaults.ts";
import { dropNulls, prune } from "../../openapi/structural/prune.ts";
import { parseGroupVersion, probeType, type TypeProbe } from "./probe.ts";
import type { Refuse } from "./refusal.ts";

/**
 * Reads a JSON document into what {@link decodeCustom} takes. `original` is the body as sent, for the error that quotes it.
 * @throws StatusError made by `refuse`
 */
export function parseCustom(
  document: string | Uint8Array,
  original: string | Uint8Array,
  strict: boolean,
  refuse: Refuse,
): { value: JsonObject; duplicates: string[] } {
  const duplicates = new Set<string>();
  const onDuplicate = (path: string) => {
    if (duplicates.size < MAX_PROBLEMS) duplicates.add(`duplicate field ${quote(path)}`);
  };
  let value: JsonValue;
  let type: TypeProbe | undefined;
  try {
    value = parseJson(document, { sorted: true, ...(strict ? { onDuplicate } : {}) });
    if (!isJsonObject(value) || typeof value.apiVersion !== "string" || typeof value.kind !== "string") type = probeType(document);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refuseDocument(document, error, refuse);
  }
  if (!isJsonObject(value) || (type !== undefined && type.kind === "") || value.kind === "") {
    throw refuse(`Object 'Kind' is missing in '${typeof original === "string" ? original : Buffer.from(original).toString("utf8")}'`);
  }
  return { value, duplicates: [...duplicates] };
}

/** The error that Go finds first: it looks for the type before it reads values. */
function refuseDocument(document: string | Uint8Array, error: DecodeError, refuse: Refuse) {
  try {
    const type = probeType(document);
    return refuse(error.message, error instanceof JsonTypeError ? type : undefined);
  } catch (first) {
    if (first instanceof DecodeError) return refuse(first.message);
    throw first;
  }
}

/**
 * Makes an object of a custom kind of a value, in place: the metadata read as ObjectMeta, unknown fields and nulls dropped, defaults filled in.
 *
 * An object of another kind stays as it is: validation refuses it. So it does what a patch has made one of another version (`patched`), of which
 * here is told what that version, found by `schemaOf`, does not know.
 * @throws StatusError made by `refuse`; 400 for a body of another version
 */
export function decodeCustom(
  kind: KindDefinition,
  value: JsonObject,
  { patched, schemaOf = () => undefined }: { patched: boolean; schemaOf?: (apiVersion: string) => Schema | undefined },
  refuse: Refuse,
): DecodedStruct {
  const type = { kind: String(value.kind ?? ""), version: versionOf(value) };
  const attempt = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      throw error instanceof DecodeError ? refuse(error.message, type) : error;
    }
  };
  const metadata = attempt(() => decodeMetadata(value.metadata));
  const problems = [...metadata.problems];
  const { apiVersion, kind: name, metadata: _, ...rest } = value;
  const object: JsonObject = { apiVersion: apiVersion ?? "", kind: name ?? "", metadata: metadata.value, ...rest };
  const expected = apiVersionOf(kind);
  if (name === kind.kind && apiVersion === expected) {
    for (const path of prune(kind.schema, object)) problems.push(`unknown field "${path}"`);
    dropNulls(kind.schema, object);
    for (const problem of attempt(() => coerceEmbedded(kind.schema, object))) problems.push(problem);
    applyDefaults(kind.schema, object);
    return { value: object, problems };
  }
  if (patched && !apiVersion) throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
  if (!patched && apiVersion !== expected) {
    throw badRequest(`the API version in the data (${apiVersion ?? ""}) does not match the expected API version (${expected})`);
  }
  const { group } = attempt(() => parseGroupVersion(String(apiVersion)));
  // of objects of another group nothing is looked at but their metadata
  if (name === kind.kind && group === kind.group) {
    const schema = schemaOf(String(apiVersion)) ?? NOTHING_KNOWN;
    for (const path of prune(schema, object)) problems.push(`unknown field "${path}"`);
  }
  return { value: object, problems };
}

/** Of a version that the kind does not have. */
const NOTHING_KNOWN: Schema = { type: "object", properties: {} };

/** Errors and paths as of a document of its own, in the order of the names: Go writes the metadata as JSON and reads it as ObjectMeta. */
function decodeMetadata(metadata: JsonValue | undefined): DecodedStruct {
  if (metadata === undefined) return { value: {}, problems: [] };
  return decodeStruct(objectMeta, stringify(metadata), { at: "metadata" });
}

const versionOf = ({ apiVersion }: JsonObject): string => {
  const text = typeof apiVersion === "string" ? apiVersion : "";
  return text.slice(text.indexOf("/") + 1);
};
