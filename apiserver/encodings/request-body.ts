import { quote } from "../../apimachinery/go-text.ts";
import { copyJson } from "../../apimachinery/json/copy.ts";
import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject, type ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { deleteOptions } from "../../apis/meta/v1/delete-options.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { wholeSchema } from "../../apis/whole-schema.ts";
import { decodeStruct } from "../../openapi/structs/decode.ts";
import { MAX_PROBLEMS } from "../../openapi/structs/go-type.ts";
import { ENCODINGS, type Encodings } from "../negotiation/negotiate.ts";
import type { RawDeleteOptions } from "../options/delete-options.ts";
import type { FieldValidation } from "../options/write-options.ts";
import { decodeBuiltin } from "./decode-builtin.ts";
import { decodeCustom, parseCustom } from "./decode-custom.ts";
import { toJsonDocument } from "./json-document.ts";
import { bodyMediaType } from "./media-types.ts";
import { probeType } from "./probe.ts";
import { decodeProtobuf, decodeProtobufDeleteOptions } from "./protobuf/decode.ts";
import { type Refuse, refuseBody, refusePatch } from "./refusal.ts";

export interface DecodedObject {
  /** Of the kind and version asked for, normalised: for built-in kinds as its Go type writes it, for custom ones pruned and with defaults. */
  readonly object: KubeObject;
  /** With fieldValidation Warn: what Strict would refuse. */
  readonly warnings: string[];
}

/**
 * Decodes the body of a POST or PUT as an object of `kind` (kube-api-behaviour 2.6, 4.4, 7.3).
 *
 * @throws StatusError UnsupportedMediaType; BadRequest for what cannot be read, is of another kind or version, or (with Strict) has unknown or
 * doubled fields
 */
export function decodeRequestBody(
  kind: KindDefinition,
  contentType: string | undefined,
  body: Uint8Array,
  { fieldValidation, encodings = ENCODINGS }: { fieldValidation: FieldValidation; encodings?: Encodings },
): DecodedObject {
  const refuse = refuseBody(kind, body);
  const mediaType = bodyMediaType(contentType, kind.flavor, encodings);
  const strict = fieldValidation !== "Ignore";
  const document = attempt(refuse, () => toJsonDocument(body, mediaType, () => decodeProtobuf(kind, body)));
  const judge = (object: unknown, problems: readonly string[]) =>
    judgeProblems(kind, object as KubeObject, { ...document, problems }, fieldValidation, refuse);
  if (kind.flavor === "builtin") {
    const { value, problems } = decodeBuiltin(kind, document.json, strict, refuse);
    return judge(value, problems);
  }
  const { value, duplicates } = parseCustom(document.json, body, strict, refuse);
  const decoded = decodeCustom(kind, value, { patched: false }, refuse);
  return judge(decoded.value, [...duplicates, ...decoded.problems]);
}

export interface PatchResult {
  readonly fieldValidation: FieldValidation;
  /**
   * How the failure quotes the result: as JSON, whose members are looked at in that order, or of a strategic merge the patch as Go prints it
   * (`map[data:map[a:1]]`). By default the value as JSON.
   */
  readonly patchText?: () => string;
  /** The patch was a strategic merge, whose results have other words for values that do not fit. Default: false. */
  readonly strategic?: boolean;
  /** Problems found in the patch itself, e.g. `duplicate field "data.a"`. They are told first. */
  readonly problems?: readonly string[];
  /** A built-in object without a version is read as the type that Kubernetes works with inside, which has no names for JSON. Default: false. */
  readonly internal?: boolean;
  /** The schema of another version of a custom kind. */
  readonly schemaOf?: (apiVersion: string) => Schema | undefined;
  /** The entries of managedFields that were there before: where they are there still, they need not be read again. */
  readonly owners?: readonly ManagedFieldsEntry[] | undefined;
}

/**
 * What a patch has made of a built-in object, if there is nothing to say of it: then nobody has to write it as failures quote it, nor to read
 * owners again that are as they were.
 */
function decodedSmoothly(
  kind: KindDefinition,
  value: JsonValue,
  { owners, strategic, fieldValidation }: PatchResult,
): KubeObject | undefined {
  if (strategic || !isJsonObject(value) || value.apiVersion !== apiVersionOf(kind) || value.kind !== kind.kind) return undefined;
  const { metadata } = value;
  const sameOwners = owners !== undefined && isJsonObject(metadata) && (metadata.managedFields as unknown) === owners;
  const document = sameOwners ? { ...value, metadata: { ...metadata, managedFields: undefined } } : value;
  try {
    const decoded = decodeStruct(wholeSchema(kind), stringify(document), { strict: fieldValidation !== "Ignore" });
    if (decoded.problems.length > 0) return undefined;
    const object = decoded.value as unknown as KubeObject;
    if (sameOwners) object.metadata.managedFields = [...owners];
    return object;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * Decodes what a patch has made of an object (kube-api-behaviour 4.3). `value` stays as it is: failures quote it, and patches share parts of it.
 *
 * @throws StatusError Invalid with the cause `patch` for what cannot be read as the kind, or (with Strict) has unknown fields
 */
export function decodeObject(kind: KindDefinition, value: JsonValue, options: PatchResult): DecodedObject {
  const { fieldValidation, problems: before = [], strategic = false } = options;
  const words = strategic ? "converter" : "decoder";
  const refuse = refusePatch(options.patchText ?? (() => stringify(value)));
  const strict = fieldValidation !== "Ignore";
  const judge = (object: unknown, problems: readonly string[]) =>
    judgeProblems(kind, object as KubeObject, { doubledKeys: [], problems: [...before, ...problems] }, fieldValidation, refuse);
  if (kind.flavor === "builtin") {
    const smooth = decodedSmoothly(kind, value, options);
    if (smooth !== undefined) return judge(smooth, []);
    // problems are told in the order of the document that is quoted; the converter, which sees none, sorts them
    const text = () => (strategic ? stringify(value) : (options.patchText?.() ?? stringify(value)));
    if (options.internal && !strategic && isJsonObject(value) && (value.apiVersion ?? "") === "" && isTextOrNothing(value.kind)) {
      if (value.kind && value.kind !== kind.kind) {
        throw refuse(
          `no kind ${quote(value.kind)} is registered for the internal version of group ${quote(kind.group)} in scheme ${SCHEME}`,
        );
      }
      return judge({ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: {} }, strict ? unknownInside(text()) : []);
    }
    const { value: object, problems } = decodeBuiltin(kind, text(), strict, refuse, words);
    return judge(object, strategic ? problems.toSorted() : problems);
  }
  if (!isJsonObject(value) || !saysType(value)) {
    const text = options.patchText?.() ?? stringify(value);
    const type = attempt(refuse, () => probeType(text));
    if (!isJsonObject(value) || type.kind === "") throw refuse(`Object 'Kind' is missing in '${text}'`);
  }
  const { schemaOf } = options;
  const decoded = decodeCustom(kind, copyJson(value), { patched: true, ...(schemaOf && { schemaOf }) }, refuse);
  return judge(decoded.value, decoded.problems);
}

const saysType = ({ apiVersion, kind }: JsonObject): boolean => typeof apiVersion === "string" && typeof kind === "string" && kind !== "";

const isTextOrNothing = (name: JsonValue | undefined): name is string | null | undefined => typeof (name ?? "") === "string";

/** Where Kubernetes says that it knows its types from. */
const SCHEME = '"pkg/runtime/scheme.go:111"';

/** What the types inside know of an object: that of the object, and what its metadata holds. */
const KNOWN_INSIDE = new Set(["apiVersion", "kind", ...Object.keys(objectMeta.properties ?? {})]);

function unknownInside(text: string): string[] {
  const members = Object.keys(parseJson(text) as JsonObject).filter((name) => !KNOWN_INSIDE.has(name));
  return members.slice(0, MAX_PROBLEMS).map((name) => `unknown field ${quote(name)}`);
}

/** The headers of an answer have room for fewer. */
const MAX_WARNINGS = 1_000;

/** With Strict a failure that lists all problems, with Warn a warning for each, with Ignore nothing. */
function judgeProblems(
  kind: KindDefinition,
  object: KubeObject,
  found: { doubledKeys: readonly string[]; problems: readonly string[] },
  fieldValidation: FieldValidation,
  refuse: Refuse,
): DecodedObject {
  const { doubledKeys, problems } = found;
  if (fieldValidation === "Ignore" || doubledKeys.length + problems.length === 0) return { object, warnings: [] };
  if (fieldValidation === "Warn") return { object, warnings: [...doubledKeys, ...problems].slice(0, MAX_WARNINGS) };
  const yaml = doubledKeys.length > 0 ? [`yaml: unmarshal errors:\n  ${doubledKeys.join("\n  ")}`] : [];
  throw refuse(`strict decoding error: ${[...yaml, ...problems].join(", ")}`, kind);
}

/**
 * Reads the body of a DELETE, which is not empty: DeleteOptions of any group, in any of the encodings. Unknown fields are nobody's business.
 * (kube-api-behaviour 4.5; recordings errors/delete-options.)
 *
 * @throws StatusError UnsupportedMediaType, or BadRequest with the decoder's bare text
 */
export function decodeDeleteOptions(body: Uint8Array, contentType: string | undefined, encodings = ENCODINGS): RawDeleteOptions {
  const mediaType = bodyMediaType(contentType, "builtin", encodings);
  return attempt(badRequest, () => {
    const { json } = toJsonDocument(body, mediaType, () => decodeProtobufDeleteOptions(body));
    const { kind, group, version } = probeType(json);
    const type = group === "" && version === "" ? { group: "meta.k8s.io", version: "v1" } : { group, version };
    if (kind !== "" && kind !== "DeleteOptions") {
      const known = isMetaKind(kind, apiVersionOf(type));
      throw new DecodeError(
        known
          ? `converting (${type.version}.${kind}) to (v1.DeleteOptions): unknown conversion`
          : `no kind "${kind}" is registered for version "${apiVersionOf(type)}" in scheme "pkg/runtime/scheme.go:111"`,
      );
    }
    return decodeStruct(deleteOptions, json, { strict: false }).value as RawDeleteOptions;
  });
}

/** Whether Kubernetes' decoder of options knows a kind besides the one that it is after. Some it knows in every group and version. */
function isMetaKind(kind: string, apiVersion: string): boolean {
  return KINDS_OF_ANY_GROUP.has(kind) || (apiVersion === "meta.k8s.io/v1" && META_KINDS.has(kind));
}

const KINDS_OF_ANY_GROUP = new Set([
  ...["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"],
  ...["CreateOptions", "UpdateOptions"],
]);
const META_KINDS = new Set([
  ...["GetOptions", "ListOptions", "PatchOptions", "TableOptions", "WatchEvent"],
  ...["PartialObjectMetadata", "PartialObjectMetadataList", "Table"],
]);

function attempt<T>(refuse: Refuse, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
}
