import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject, type ObjectMeta } from "../../apimachinery/object.ts";
import { badRequest, notFound } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { decodeObject } from "../encodings/request-body.ts";
import type { RequestContext } from "../filters/context.ts";
import { checkMetadataAgainstUrl } from "../metadata/update.ts";
import { parseWriteOptions, type WriteOptions } from "../options/write-options.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { parseJsonPatch } from "../patch/json-patch-document.ts";
import { type PatchType, patchTypeOf } from "../patch/media-types.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { readPatchDocument } from "../patch/patch-document.ts";
import { printPatched } from "../patch/print-patched.ts";
import { applyStrategicMergePatch, printPatch } from "../patch/strategic-merge.ts";
import { guaranteedUpdate } from "../registry/guaranteed-update.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import type { Part } from "../strategy/update.ts";
import { applyObject } from "./apply.ts";
import { replace } from "./replace.ts";
import { negotiateObject } from "./respond.ts";
import { respondResult } from "./respond-result.ts";
import { placeOf, type Ref, readBody } from "./writing.ts";

/** PATCH of an object or its status. The patch is applied to the newest state, again whenever another writer came between. */
export async function patchObject(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace, name } = target;
  const { kind } = resource;
  const { controlPlane } = context.info;
  const type = patchTypeOf(context.request.headers["content-type"], kind, context.encodings);
  if (name === "") throw badRequest("name must be provided");
  const negotiated = negotiateObject(context, resource);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "PatchOptions", type === "apply");
  const ref: Ref = { resource, controlPlane, namespace, name, part: target.subresource as Part };
  if (type === "apply") {
    return respondResult(serving, context, resource, negotiated, await applyObject(serving, context, ref, body, options));
  }
  const patch = readPatch(type, body, kind, options);
  context.audit?.requestDocument(patch.document);

  const result = await guaranteedUpdate(placeOf(serving, ref, options), (current) => {
    if (current === undefined) throw notFound(resource.groupResource, name);
    const live = resource.object(current);
    const patched = patch.apply((resource.custom ? live : inGoOrder(live)) as unknown as JsonObject);
    const { object, warnings } = decodeObject(kind, patched.value, {
      fieldValidation: options.fieldValidation,
      problems: patched.strictErrors,
      patchText: patched.shown,
      strategic: type === "strategic",
      internal: true,
      owners: live.metadata.managedFields,
      schemaOf: (apiVersion) => versionOf(serving, resource, apiVersion)?.schema,
    });
    context.warn(...warnings);
    kind.strategy.setDefaults?.(object);
    checkMetadataAgainstUrl(object.metadata, name, namespace);
    return replace(serving, context, ref, { record: current, object: live }, object, { ...options, patch: true });
  });
  return respondResult(serving, context, resource, negotiated, result);
}

const versionOf = ({ registry }: Serving, resource: Resource, apiVersion: string): KindDefinition | undefined =>
  registry.storedLike(resource).find(({ kind }) => apiVersionOf(kind) === apiVersion)?.kind;

/** A patch that has been read, to be applied as often as need be. */
interface Patch {
  readonly document: JsonValue;
  apply(object: JsonObject): Patched;
}

/** In Go an object of a custom kind is a map, which is written with sorted members wherever the patch went: nothing is left as it stood. */
const changed = ({ flavor }: KindDefinition, object: JsonObject, value: JsonValue, strictErrors: readonly string[]): Patched => ({
  value,
  strictErrors,
  shown: () => printPatched(flavor === "custom" ? {} : object, value),
});

interface Patched {
  readonly value: JsonValue;
  /** What was doubled or unknown in the patch itself. */
  readonly strictErrors: readonly string[];
  /** How an error text shows it. */
  readonly shown: () => string;
}

/** @throws StatusError BadRequest for a document that cannot be read */
export function readPatch(
  type: Exclude<PatchType, "apply">,
  body: Uint8Array,
  kind: KindDefinition,
  { fieldValidation }: WriteOptions,
): Patch {
  const document = readPatchDocument(body);
  const { value } = document;
  const lenient = fieldValidation === "Ignore";
  switch (type) {
    case "json":
      return {
        document: value,
        apply: (object) => {
          const { operations, strictErrors } = parseJsonPatch(document, { lenient });
          return changed(kind, object, applyJsonPatch(object, operations), strictErrors);
        },
      };
    case "merge":
      return {
        document: value,
        apply: (object) => changed(kind, object, applyMergePatch(object, value, { lenient }), document.duplicates),
      };
    case "strategic":
      return {
        document: value,
        apply: (object) => ({
          value: applyStrategicMergePatch(object, value, kind),
          strictErrors: document.duplicates,
          shown: () => printPatch(value),
        }),
      };
  }
}

/** An object of a built-in kind as its Go type writes it: error texts quote what a patch did not touch in that order. */
function inGoOrder(object: KubeObject): KubeObject {
  const { name, generateName, namespace, uid, resourceVersion, ...rest } = object.metadata;
  const metadata = { name, generateName, namespace, uid, resourceVersion, ...rest } as ObjectMeta;
  return { ...object, metadata };
}
