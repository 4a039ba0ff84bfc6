import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { apiVersionOf, type GroupVersionKind } from "../../apimachinery/object.ts";
import { badRequest, type StatusError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { kinds } from "../../apis/kinds.ts";
import { wholeSchema } from "../../apis/whole-schema.ts";
import { type DecodedStruct, decodeStruct } from "../../openapi/structs/decode.ts";
import type { Words } from "../../openapi/structs/go-type.ts";
import { probeType, type TypeProbe } from "./probe.ts";
import type { Refuse } from "./refusal.ts";

/**
 * Decodes a JSON document as a built-in kind.
 *
 * Go looks at `apiVersion` and `kind` first, picks the type by them, and decodes. Nearly every document is of the kind that the path names:
 * so it is decoded as that one right away, and only where this does not go smoothly the steps are taken one by one, to find the error that
 * comes first.
 *
 * `words` are those of values that do not fit.
 * @throws StatusError made by `refuse`
 */
export function decodeBuiltin(
  kind: KindDefinition,
  document: string | Uint8Array,
  strict: boolean,
  refuse: Refuse,
  words: Words = "decoder",
): DecodedStruct {
  let decoded: DecodedStruct | undefined;
  let error: DecodeError | undefined;
  try {
    decoded = decodeStruct(wholeSchema(kind), document, { strict, words });
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
    error = thrown;
  }
  // the converter fills the type that it is given, whatever the object says of its own
  if (error !== undefined && words === "converter") throw refuse(error.message);
  if (words === "decoder" && (decoded === undefined || decoded.problems.length > 0 || !isOfKind(decoded.value, kind))) {
    const type = withDefaults(probe(document, refuse), kind);
    if (type.kind !== kind.kind || type.group !== kind.group || type.version !== kind.version) {
      throw refuseType(kind, type, document, refuse);
    }
    if (error !== undefined) throw refuse(error.message, type);
  }
  const { value, problems } = decoded as DecodedStruct;
  return { value: { apiVersion: apiVersionOf(kind), kind: kind.kind, ...typeless(value) }, problems };
}

function typeless({ apiVersion: _version, kind: _kind, ...rest }: JsonObject): JsonObject {
  return rest;
}

function isOfKind({ apiVersion, kind: name }: JsonObject, kind: KindDefinition): boolean {
  return (apiVersion === undefined || apiVersion === apiVersionOf(kind)) && (name === undefined || name === kind.kind);
}

function probe(document: string | Uint8Array, refuse: Refuse): TypeProbe {
  try {
    return probeType(document);
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
}

/** What a document does not say of its type comes from the path. */
function withDefaults(found: TypeProbe, kind: KindDefinition): GroupVersionKind {
  const same = found.version === "" && (found.group === "" || found.group === kind.group);
  return {
    group: same ? kind.group : found.group,
    version: same ? kind.version : found.version,
    kind: found.kind === "" ? kind.kind : found.kind,
  };
}

function refuseType(kind: KindDefinition, type: GroupVersionKind, document: string | Uint8Array, refuse: Refuse): StatusError {
  const apiVersion = apiVersionOf(type);
  const known = registered().get(typeKey(apiVersion, type.kind));
  if (known === undefined) {
    return refuse(`no kind "${type.kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`, type);
  }
  if (known !== "no schema") {
    try {
      decodeStruct(wholeSchema(known), document, { strict: false });
    } catch (error) {
      if (error instanceof DecodeError) return refuse(error.message, type);
      throw error;
    }
  }
  if (type.kind === kind.kind && type.group === kind.group) {
    return badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`);
  }
  const family = kind.group === "" || kind.group === "events.k8s.io" ? "core" : kind.group.split(".", 1)[0];
  return refuse(`converting (${type.version}.${type.kind}) to (${family}.${kind.kind}): unknown conversion`, type);
}

/** Kubernetes' types that are no kinds of ours, and types of versions that are served no more. */
const ALSO_REGISTERED = [
  ...["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "CreateOptions", "DeleteOptions", "GetOptions", "List"].map(core),
  ...["ListOptions", "PatchOptions", "Status", "UpdateOptions", "WatchEvent"].map(core),
  typeKey("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
];

let registry: Map<string, KindDefinition | "no schema"> | undefined;

/** Every type that Kubernetes' decoder would know, by apiVersion and kind. */
function registered(): Map<string, KindDefinition | "no schema"> {
  if (registry === undefined) {
    registry = new Map(ALSO_REGISTERED.map((key) => [key, "no schema"]));
    for (const kind of kinds) {
      if (kind.flavor !== "builtin") continue;
      registry.set(typeKey(apiVersionOf(kind), kind.kind), kind);
      registry.set(typeKey(apiVersionOf(kind), kind.listKind), "no schema");
    }
  }
  return registry;
}

function core(kind: string): string {
  return typeKey("v1", kind);
}

function typeKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}
