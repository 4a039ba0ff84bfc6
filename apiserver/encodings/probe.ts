import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { JsonReader } from "../../apimachinery/json/reader.ts";
import type { GroupVersionKind } from "../../apimachinery/object.ts";

/** What a document says it is; parts that it does not say are empty. */
export interface TypeProbe extends GroupVersionKind {
  readonly apiVersion: string;
}

const PROBE_TYPE = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

/**
 * Reads `apiVersion` and `kind` of a JSON document (apimachinery, pkg/runtime/serializer/json/meta.go). Unlike all other decoding this looks
 * for the names in any case.
 *
 * Throws a DecodeError: `couldn't get version/kind; json parse error: …`, `unexpected GroupVersion string: a/b/c`.
 */
export function probeType(document: string | Uint8Array): TypeProbe {
  let found: { apiVersion: string; kind: string };
  try {
    found = readTypeMeta(document);
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
  return { ...found, ...parseGroupVersion(found.apiVersion) };
}

function readTypeMeta(document: string | Uint8Array): { apiVersion: string; kind: string } {
  const reader = new JsonReader(document);
  const found = { apiVersion: "", kind: "" };
  const kind = reader.kind();
  if (kind === "object") {
    for (let more = reader.openObject(); more; more = reader.nextMember()) {
      const name = reader.key.toLowerCase();
      const field = name === "kind" ? "kind" : name === "apiversion" ? "apiVersion" : undefined;
      const type = reader.kind();
      if (field === undefined || type === "null") reader.skipValue();
      else if (type === "string") found[field] = reader.readString();
      else {
        reader.fail(`json: cannot unmarshal ${type} into Go struct field .${field} of type string`);
        reader.skipValue();
      }
    }
  } else {
    if (kind !== "null") reader.fail(`json: cannot unmarshal ${kind} into Go value of type ${PROBE_TYPE}`);
    reader.skipValue();
  }
  reader.end();
  if (reader.typeError !== undefined) throw reader.typeError;
  return found;
}

/** `networking.datumapis.com/v1alpha`, `v1`; both parts empty for an empty text. @throws DecodeError */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  if (apiVersion === "" || apiVersion === "/") return { group: "", version: "" };
  const parts = apiVersion.split("/");
  if (parts.length > 2) throw new DecodeError(`unexpected GroupVersion string: ${apiVersion}`);
  return parts.length === 1 ? { group: "", version: apiVersion } : { group: parts[0] as string, version: parts[1] as string };
}
