import type { FieldError } from "../../apimachinery/field/error.ts";
import { asJson, type KubeObject } from "../../apimachinery/object.ts";
import type { KindDefinition, Requester } from "../../apis/kind.ts";
import { validateCustomObject } from "../../openapi/structural/custom-object.ts";
import { applyDefaults } from "../../openapi/structural/defaults.ts";
import { validateMetadata } from "../metadata/validate.ts";
import { embeddedMetadata } from "./embedded.ts";
import { withoutRepetition } from "./repetition.ts";

/** Sets and clears what clients do not decide when they create: the first generation, the status of a kind that has one of its own. */
export function prepareForCreate(kind: KindDefinition, object: KubeObject, requester: Requester): void {
  if (kind.flavor === "builtin") {
    kind.strategy.prepareForCreate?.(object, requester);
    return;
  }
  if (kind.subresources.status) {
    delete object.status;
    // a status that has defaults is there from the start
    applyDefaults(kind.schema, asJson(object));
  }
  object.metadata.generation = 1;
}

/** Everything wrong with an object about to be created: its metadata first, then the rules of its kind. */
export function validateForCreate(kind: KindDefinition, object: KubeObject): FieldError[] {
  const errors = validateMetadata(kind, object);
  if (kind.flavor === "custom") return validateCustomObject(kind, asJson(object), undefined, { errors, validate: embeddedMetadata });
  return withoutRepetition(kind, [...errors, ...(kind.strategy.validate?.(object) ?? [])]);
}
