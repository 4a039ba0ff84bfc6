import { copyJson } from "../../apimachinery/json/copy.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import {
  alreadyExists,
  forbidden,
  invalid,
  isReason,
  noUniqueName,
  type StatusError,
  unknownError,
} from "../../apimachinery/status/status.ts";
import type { Stored } from "../../storage/storage.ts";
import { bodyMediaType } from "../encodings/media-types.ts";
import type { RequestContext } from "../filters/context.ts";
import { completeMetadataForCreate, GENERATE_NAME_ATTEMPTS, prepareMetadataForCreate } from "../metadata/create.ts";
import { namesRevision } from "../metadata/resource-version.ts";
import { dedupeOwnerReferences, finalizerWarnings } from "../metadata/warnings.ts";
import { parseWriteOptions, type WriteOptions } from "../options/write-options.ts";
import type { Result } from "../registry/guaranteed-update.ts";
import type { Resource } from "../registry/resource.ts";
import { writeObject } from "../registry/write-object.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { prepareForCreate, validateForCreate } from "../strategy/create.ts";
import { authorizeCreation } from "./authorize-creation.ts";
import { negotiateObject } from "./respond.ts";
import { respondResult } from "./respond-result.ts";
import { attributesOf, decodeBody, guard, keyOf, kindOfErrors, type Ref, readBody, writeOf } from "./writing.ts";

/** POST to a collection; of a custom kind also to an object's address, whose name does not count then. */
export async function createObject(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace } = target;
  const negotiated = negotiateObject(context, resource);
  // refused before anything else of the request is looked at
  bodyMediaType(context.request.headers["content-type"], resource.kind.flavor, context.encodings);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "CreateOptions");
  const object = decodeBody(context, resource, body, options);
  const ref: Ref = { resource, controlPlane: context.info.controlPlane, namespace, name: object.metadata.name ?? "", part: "" };
  return respondResult(serving, context, resource, negotiated, await create(serving, context, ref, object, options));
}

/**
 * Takes a decoded object the whole way into the store (reference, section 4.1): system fields, admission, strategy, validation.
 * @throws StatusError whatever refuses it; nothing is stored then
 */
export async function create(
  serving: Serving,
  context: RequestContext,
  ref: Ref,
  object: KubeObject,
  options: WriteOptions,
): Promise<Result> {
  const basedOnState = namesRevision(object.metadata);
  prepareMetadataForCreate(object, ref.namespace);
  context.warn(dedupeOwnerReferences(object.metadata, false));
  serving.fieldManagers.of(ref.resource).trackCreate(object, writeOf(serving, context, ref, options));

  const generating = !object.metadata.name && !!object.metadata.generateName;
  for (let attempt = 1; ; attempt += 1) {
    const candidate = generating ? (copyJson(object as unknown as JsonObject) as unknown as KubeObject) : object;
    try {
      return await attemptCreate(serving, context, ref, candidate, options, basedOnState);
    } catch (error) {
      if (!generating || attempt === GENERATE_NAME_ATTEMPTS || !isReason(error, "AlreadyExists")) throw error;
    }
  }
}

async function attemptCreate(
  serving: Serving,
  context: RequestContext,
  ref: Ref,
  object: KubeObject,
  options: WriteOptions,
  basedOnState: boolean,
): Promise<Result> {
  const { resource } = ref;
  await admitCreation(serving, context, ref, object, options);
  const key = keyOf({ ...ref, name: object.metadata.name ?? "" });
  if (options.dryRun) {
    const existing = await serving.storage.get(key);
    if (existing !== undefined) throw taken(resource, object, existing);
    return { did: "tried", object: resource.shown(object), created: true, removed: false };
  }
  if (basedOnState) throw unknownError("resourceVersion should not be set on objects to be created");
  const { value, result } = await writeObject(resource, object, {}, (bytes) => serving.storage.create(key, bytes));
  if (!result.ok) throw taken(resource, object, result.current);
  return { did: "stored", record: resource.written(ref.controlPlane, { key, value, revision: result.revision }), created: true };
}

/**
 * Takes a new object through admission, strategy and validation, as far as the store. Changes `object`.
 * @throws StatusError whatever refuses it
 */
export async function admitCreation(
  serving: Serving,
  context: RequestContext,
  ref: Ref,
  object: KubeObject,
  options: WriteOptions,
): Promise<void> {
  const { resource } = ref;
  const { kind } = resource;
  if (resource.terminating) {
    throw forbidden(
      resource.groupResource,
      object.metadata.name ?? "",
      "create not allowed while custom resource definition is terminating",
    );
  }
  await serving.admission.admit(attributesOf(context, ref, "CREATE", options.dryRun, object, undefined));
  await guard(serving, context, ref, object, undefined);
  context.warn(dedupeOwnerReferences(object.metadata, true));
  completeMetadataForCreate(object.metadata, serving);
  const name = object.metadata.name ?? "";
  prepareForCreate(kind, object, context.user);
  const errors = validateForCreate(kind, object);
  if (errors.length > 0) throw invalid(kindOfErrors(kind, object), name, errors);
  if (resource.custom) context.warn(...finalizerWarnings(object.metadata, undefined));
  context.warn(...(kind.strategy.warnings?.(object, undefined) ?? []));
  // here, and not before: what is wrong with the object is told to whoever may change objects of the kind
  await authorizeCreation(serving, context);
  await serving.admission.validate(attributesOf(context, { ...ref, name }, "CREATE", options.dryRun, object, undefined));
}

/** Somebody has the name, who may be about to go. Whoever sent the beginning of a name is told that it was generated, even if it was not. */
function taken(resource: Resource, { metadata }: KubeObject, by: Stored | undefined): StatusError {
  const terminating = by !== undefined && resource.record(by).object().metadata.deletionTimestamp !== undefined;
  return (metadata.generateName ? noUniqueName : alreadyExists)(resource.groupResource, metadata.name ?? "", { terminating });
}
