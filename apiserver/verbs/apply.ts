import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { jsonType } from "../../apimachinery/json/json-type.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest, conflict, notFound } from "../../apimachinery/status/status.ts";
import { parseYaml } from "../../apimachinery/yaml/to-json.ts";
import { cborToJson } from "../encodings/cbor/decode.ts";
import type { RequestContext } from "../filters/context.ts";
import { wipeSystemFields } from "../metadata/create.ts";
import { revisionIn } from "../metadata/resource-version.ts";
import { checkMetadataAgainstUrl } from "../metadata/update.ts";
import type { WriteOptions } from "../options/write-options.ts";
import { isCborApply } from "../patch/media-types.ts";
import { guaranteedUpdate, type Outcome, type Result } from "../registry/guaranteed-update.ts";
import { normaliseStored } from "../registry/normalise.ts";
import type { Serving } from "../serving.ts";
import { admitCreation } from "./create.ts";
import { replace } from "./replace.ts";
import { placeOf, type Ref, writeOf } from "./writing.ts";

/**
 * PATCH with an apply configuration: what is missing is created. The body is YAML, of which JSON is a part, the first document of it; or CBOR.
 * (k8s.io/apiserver, pkg/endpoints/handlers/patch.go, applyPatcher)
 * @throws StatusError whatever refuses it
 */
export function applyObject(serving: Serving, context: RequestContext, ref: Ref, body: Uint8Array, options: WriteOptions): Promise<Result> {
  const { resource } = ref;
  const { document, configuration } = readConfiguration(context, body);
  context.audit?.requestDocument(document.value);
  return guaranteedUpdate({ ...placeOf(serving, ref, options), ownersStay: true }, (current) => {
    // nothing is created by way of a subresource, whatever is in the body
    if (current === undefined && ref.part !== "") throw notFound(resource.groupResource, ref.name);
    const config = configuration();
    const live = current && resource.object(current);
    const write = { ...writeOf(serving, context, ref, options), force: options.force };
    const object = serving.fieldManagers.of(resource).apply(live, config, write);
    judgeDoubledKeys(context, document.doubledKeys, options);
    const { uid } = object.metadata;
    if (current === undefined && uid) {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      throw conflict(resource.groupResource, ref.name, why);
    }
    checkMetadataAgainstUrl(object.metadata, ref.name, ref.namespace);
    if (current === undefined) return createApplied(serving, context, ref, object, options);
    // read anew: what was applied shares parts with the live object
    const stored = { record: current, object: resource.object(current) };
    return replace(serving, context, ref, stored, object, { ...options, patch: true, tracked: true });
  });
}

async function createApplied(
  serving: Serving,
  context: RequestContext,
  ref: Ref,
  object: Parameters<typeof admitCreation>[3],
  options: WriteOptions,
): Promise<Outcome> {
  wipeSystemFields(object.metadata);
  // a version means nothing where there is nothing, but has to be one
  revisionIn(object.metadata);
  delete object.metadata.resourceVersion;
  await admitCreation(serving, context, ref, object, options);
  return { do: "store", object: normaliseStored(ref.resource.kind, object) };
}

/** What an apply sends; whether it is an object at all shows only when it is used. @throws StatusError BadRequest */
export function readConfiguration(context: RequestContext, body: Uint8Array): { document: Document; configuration: () => JsonObject } {
  const document = isCborApply(context.request.headers["content-type"]) ? readCbor(body) : readYaml(body);
  return { document, configuration: () => configurationIn(document.value) };
}

type Document = ReturnType<typeof parseYaml>;

/** Doubled keys are refused whatever `fieldValidation` says. */
function readCbor(body: Uint8Array): Document {
  try {
    return { value: parseJson(cborToJson(body)), doubledKeys: [] };
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(`error decoding patch: ${error.message}`) : error;
  }
}

function readYaml(body: Uint8Array): Document {
  try {
    return parseYaml(body);
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(`error encoding patch: ${error.message}`) : error;
  }
}

function configurationIn(value: JsonValue): JsonObject {
  if (value === null) return {};
  if (isJsonObject(value)) return value;
  const why = `json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`;
  throw badRequest(`error decoding patch: error unmarshaling JSON: while decoding JSON: ${why}`);
}

/** Whether fields are known is the schema's affair; fieldValidation is about keys that stand twice in the document. */
export function judgeDoubledKeys(context: RequestContext, doubledKeys: readonly string[], { fieldValidation }: WriteOptions): void {
  if (doubledKeys.length === 0 || fieldValidation === "Ignore") return;
  if (fieldValidation === "Warn") {
    context.warn(...doubledKeys);
    return;
  }
  const problems = `yaml: unmarshal errors:\n  ${doubledKeys.join("\n  ")}`;
  throw badRequest(`error strict decoding patch: error converting YAML to JSON: ${problems}`);
}
