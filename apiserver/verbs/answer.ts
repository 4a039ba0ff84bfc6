import { apiVersionOf, type KubeObject } from "../../apimachinery/object.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { FieldManager } from "../apply/field-manager.ts";
import { Versions } from "../apply/versions.ts";
import { bodyMediaType } from "../encodings/media-types.ts";
import { decodeRequestBody } from "../encodings/request-body.ts";
import type { Eventual } from "../eventual.ts";
import type { RequestContext } from "../filters/context.ts";
import { settleNamespace, wipeSystemFields } from "../metadata/create.ts";
import { negotiate } from "../negotiation/negotiate.ts";
import { managerOf, parseWriteOptions } from "../options/write-options.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { respondObject } from "./respond.ts";
import { readBody } from "./writing.ts";

/** Something that was created to be answered. */
export interface Question {
  /** Decoded, with its defaults and its owners; the answerer may change it. */
  readonly object: KubeObject;
  /** What the address names: the collection, or the subresource of an object. */
  readonly target: ResourceTarget;
  readonly context: RequestContext;
  /** Nothing may come of it but the answer. */
  readonly dryRun: boolean;
}

/**
 * Answers the questions of one kind. Gives the object that is sent with 201.
 * @throws StatusError what refuses the question
 */
export type Answerer = (question: Question) => Eventual<KubeObject>;

/** Who answers, by the kind of the question. */
export type Answerers = ReadonlyMap<KindDefinition, Answerer>;

/**
 * POST of what is not stored: a review, or a subresource that speaks in a kind of its own. It is read, owned and admitted as any object
 * that is created (k8s.io/apiserver, pkg/endpoints/handlers/create.go); then its answerer has it.
 */
export async function answerObject(
  serving: Serving,
  context: RequestContext,
  target: ResourceTarget,
  kind: KindDefinition,
): Promise<ApiResponse> {
  const answerer = serving.answerers.get(kind);
  if (answerer === undefined) throw new Error(`nobody answers a ${kind.kind}`);
  const negotiated = negotiate(context.request.headers.accept, context.encodings.offers.answer);
  bodyMediaType(context.request.headers["content-type"], kind.flavor, context.encodings);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "CreateOptions");
  const { object, warnings } = decodeRequestBody(kind, context.request.headers["content-type"], body, {
    fieldValidation: options.fieldValidation,
    encodings: context.encodings,
  });
  context.warn(...warnings);
  kind.strategy.setDefaults?.(object);
  context.audit?.requestObject(object);
  // what is asked of an object may name its uid
  if (target.subresource === "") wipeSystemFields(object.metadata);
  settleNamespace(object.metadata, target.namespace);
  fieldManagerOf(kind).trackCreate(object, {
    manager: managerOf(options, context.request.headers["user-agent"]),
    part: target.subresource === "token" ? "token" : "",
    time: formatTime(serving.now()),
  });
  const { resource, namespace, name, subresource } = target;
  const attributes = {
    operation: "CREATE" as const,
    controlPlane: context.info.controlPlane,
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    resource: { ...resource.groupResource, version: resource.kind.version },
    subresource,
    namespace,
    name: name || (object.metadata.name ?? ""),
    dryRun: options.dryRun,
    user: context.user,
    object,
  };
  await serving.admission.admit(attributes);
  await serving.admission.validate(attributes);
  const answer = await answerer({ object, target, context, dryRun: options.dryRun });
  return respondObject(serving, context, { kind }, negotiated, 201, { ...answer, apiVersion: apiVersionOf(kind), kind: kind.kind });
}

const fieldManagers = new WeakMap<KindDefinition, FieldManager>();

function fieldManagerOf(kind: KindDefinition): FieldManager {
  let manager = fieldManagers.get(kind);
  if (manager === undefined) {
    manager = new FieldManager(kind, new Versions(kind, [kind]));
    fieldManagers.set(kind, manager);
  }
  return manager;
}
