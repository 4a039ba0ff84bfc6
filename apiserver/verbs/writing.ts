import type { Attributes } from "../../admission/admission.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Write } from "../apply/field-manager.ts";
import { decodeRequestBody } from "../encodings/request-body.ts";
import type { RequestContext } from "../filters/context.ts";
import { managerOf, type WriteOptions } from "../options/write-options.ts";
import type { UpdateOptions } from "../registry/guaranteed-update.ts";
import type { Resource } from "../registry/resource.ts";
import type { Serving } from "../serving.ts";
import type { Part } from "../strategy/update.ts";

/** The most bytes that a body may have (reference, section 2.4). */
export const BODY_LIMIT = 3 * 1024 * 1024;

export async function readBody({ request, turn }: RequestContext): Promise<Uint8Array> {
  const body = await request.readBody(BODY_LIMIT);
  // what follows is done in one go
  const later = turn?.();
  if (later !== undefined) await later;
  return body;
}

/**
 * Decodes the body of a create or update and sets the kind's defaults; what is wrong with it but can be lived with becomes warnings.
 * @throws StatusError as {@link decodeRequestBody} does
 */
export function decodeBody(context: RequestContext, { kind }: Resource, body: Uint8Array, options: WriteOptions): KubeObject {
  const { object, warnings } = decodeRequestBody(kind, context.request.headers["content-type"], body, {
    fieldValidation: options.fieldValidation,
    encodings: context.encodings,
  });
  context.warn(...warnings);
  kind.strategy.setDefaults?.(object);
  context.audit?.requestObject(object);
  return object;
}

export const isNamespace = ({ kind }: Resource): boolean => kind.kind === "Namespace" && kind.group === "";

/** The kind that a refusal names: of a built-in one that of the stored shape, in which it is judged; of a custom one what the object says. */
export const kindOfErrors = (kind: KindDefinition, object: KubeObject): { group: string; kind: string } =>
  kind.flavor === "custom" ? { group: groupOf(object), kind: object.kind } : (kind.storedAs ?? kind);

const groupOf = ({ apiVersion }: KubeObject): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf("/")));

/** One object that a write is about. */
export interface Ref {
  readonly resource: Resource;
  readonly controlPlane: string;
  readonly namespace: string;
  readonly name: string;
  readonly part: Part;
}

export const keyOf = ({ resource, controlPlane, namespace, name }: Ref): string => resource.key(controlPlane, namespace, name);

/** Where a write that may have to be tried again reads and stores. */
export const placeOf = (serving: Serving, ref: Ref, { dryRun }: { readonly dryRun: boolean }): UpdateOptions => ({
  storage: serving.storage,
  resource: ref.resource,
  controlPlane: ref.controlPlane,
  key: keyOf(ref),
  dryRun,
});

/** What ownership is told of a write. */
export const writeOf = (serving: Serving, { request }: RequestContext, { part }: Ref, options: WriteOptions): Write => ({
  manager: managerOf(options, request.headers["user-agent"]),
  part,
  time: formatTime(serving.now()),
});

/** Asks who watches over the kind. @throws StatusError what refuses the write */
export async function guard(
  { guards }: Serving,
  context: RequestContext,
  { resource, namespace }: Ref,
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<void> {
  await guards.get(resource.kind)?.({ context, groupResource: resource.groupResource, namespace, object, old });
}

/** What admission is told of a write. */
export function attributesOf(
  { user }: RequestContext,
  ref: Ref,
  operation: Attributes["operation"],
  dryRun: boolean,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): Attributes {
  const { resource } = ref;
  const { kind, groupResource } = resource;
  return {
    operation,
    controlPlane: ref.controlPlane,
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    resource: { ...groupResource, version: kind.version },
    subresource: ref.part,
    // a namespace is in itself, for admission as for authorization
    namespace: isNamespace(resource) ? ref.name : ref.namespace,
    name: ref.name,
    dryRun,
    user,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
}
