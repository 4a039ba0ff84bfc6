import type { FieldError } from "../../apimachinery/field/error.ts";
import { equalJson } from "../../apimachinery/json/equal.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { validateCustomObject, validateCustomStatus } from "../../openapi/structural/custom-object.ts";
import { validateMetadataUpdate } from "../metadata/validate.ts";
import { embeddedMetadata } from "./embedded.ts";
import { withoutRepetition } from "./repetition.ts";

/** Which part of an object a write may change; `token` is none, and only asks. */
export type Part = "" | "status" | "finalize" | "scale" | "token" | "approval";

/**
 * Keeps what this write may not change and counts the generation. Changes `object` in place. `time`: now, RFC 3339.
 * (k8s.io/apiextensions-apiserver, pkg/registry/customresource/{strategy,status_strategy}.go)
 */
export function prepareForUpdate(kind: KindDefinition, part: Part, object: KubeObject, old: KubeObject, time: string): void {
  if (part === "status" || part === "approval") {
    keepAllButStatus(kind, object, old);
    const { strategy } = kind;
    const prepare = part === "status" ? strategy.prepareForStatusUpdate : strategy.prepareForApprovalUpdate;
    prepare?.(object, old, time);
  } else if (part === "finalize") keepAllButFinalizers(object, old);
  else if (kind.flavor === "builtin") kind.strategy.prepareForUpdate?.(object, old);
  else prepareCustomUpdate(kind, object, old);
}

function prepareCustomUpdate(kind: KindDefinition, object: KubeObject, old: KubeObject): void {
  if (kind.subresources.status) {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
  }
  const unchanged = equalJson(withoutMetadata(object), withoutMetadata(old));
  object.metadata.generation = (old.metadata.generation ?? 0) + (unchanged ? 0 : 1);
}

function withoutMetadata(object: KubeObject): JsonObject {
  const { metadata: _, ...rest } = object;
  return rest as JsonObject;
}

/** Custom kinds keep their metadata as well; most built-in ones take labels and annotations from the request. */
function keepAllButStatus(kind: KindDefinition, object: KubeObject, old: KubeObject): void {
  for (const name of Object.keys(object)) if (name !== "status" && name !== "metadata" && !Object.hasOwn(old, name)) delete object[name];
  for (const [name, value] of Object.entries(old)) if (name !== "status" && name !== "metadata") object[name] = value;
  if (kind.flavor === "custom" || kind.strategy.isolatesStatus) {
    const { managedFields } = object.metadata;
    object.metadata = { ...old.metadata };
    if (managedFields === undefined) delete object.metadata.managedFields;
    else object.metadata.managedFields = managedFields;
  }
}

/** Namespaces: the finalizers in the spec, and the metadata. */
function keepAllButFinalizers(object: KubeObject, old: KubeObject): void {
  if (old.status === undefined) delete object.status;
  else object.status = old.status;
}

/** Everything wrong with an object about to replace another. */
export function validateForUpdate(kind: KindDefinition, part: Part, object: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateMetadataUpdate(kind, object, old, part);
  if (kind.flavor === "custom") {
    const validate = part === "status" ? validateCustomStatus : validateCustomObject;
    const metadata = { errors, validate: embeddedMetadata };
    return validate(kind, asJson(object), asJson(old), metadata);
  }
  const { strategy } = kind;
  const own = {
    "": strategy.validateUpdate,
    status: strategy.validateStatusUpdate,
    finalize: strategy.validateFinalizeUpdate,
    approval: strategy.validateApprovalUpdate,
    scale: undefined,
    token: undefined,
  }[part]?.(object, old);
  return withoutRepetition(kind, [...errors, ...(own ?? [])]);
}
