import { approvalOf, isProtectedGroup } from "../../apis/apiextensions/v1/approval.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { Told } from "../runtime/conditions.ts";

/** What a definition in one of Kubernetes' own groups is told of its approval; nothing for those of other groups. */
export function approvalCondition({ metadata, spec }: CustomResourceDefinition): Told | undefined {
  if (!isProtectedGroup(spec.group)) return undefined;
  const { state, reason } = approvalOf(metadata.annotations);
  return {
    type: "KubernetesAPIApprovalPolicyConformant",
    status: state === "Approved" ? "True" : "False",
    reason: `${state}Annotation`,
    message: reason,
  };
}
