import { equalJson } from "../../apimachinery/json/equal.ts";
import { isTrue } from "../../apis/apiextensions/v1/conditions.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import { CLEANUP_FINALIZER } from "../../apis/apiextensions/v1/deletion.ts";
import type { Condition, Told } from "../runtime/conditions.ts";
import { approvalCondition } from "./approval.ts";

/** What can be left to do about a definition. */
export type Work = "name" | "approve" | "clear";

/** What is to be done next. Most changes are the controller's own, and the last of them leaves nothing. */
export function workOf(definition: CustomResourceDefinition): Work | undefined {
  const { metadata } = definition;
  if (metadata.deletionTimestamp !== undefined) return metadata.finalizers?.includes(CLEANUP_FINALIZER) ? "clear" : undefined;
  if (hasOtherNames(definition) || isToBeEstablished(definition)) return "name";
  return isTold(definition, approvalCondition(definition)) ? undefined : "approve";
}

/** It asks for other names than it was given. */
export const hasOtherNames = ({ spec, status }: CustomResourceDefinition): boolean =>
  !equalJson(status?.acceptedNames as never, spec.names as never);

export const isToBeEstablished = (definition: CustomResourceDefinition): boolean =>
  isTrue(definition, "NamesAccepted") && !isTrue(definition, "Established");

function isTold({ status }: CustomResourceDefinition, told: Told | undefined): boolean {
  const present = (status?.conditions as Condition[] | undefined)?.find(({ type }) => type === told?.type);
  return told === undefined || (present?.status === told.status && present.reason === told.reason && present.message === told.message);
}
