import { quote } from "../../apimachinery/go-text.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { Condition } from "../runtime/conditions.ts";

const APPROVED = "api-approved.kubernetes.io";

/**
 * What a definition in one of Kubernetes' own groups is told of the annotation that it needs; nothing for those of other groups
 * (apiextensions-apiserver, pkg/controller/apiapproval).
 */
export function approvalOf({ metadata, spec }: CustomResourceDefinition): Omit<Condition, "lastTransitionTime"> | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return undefined;
  const told = (status: "True" | "False", reason: string, message: string) => ({
    type: "KubernetesAPIApprovalPolicyConformant",
    status,
    reason,
    message,
  });
  const annotation = metadata.annotations?.[APPROVED] ?? "";
  const more = `see https://github.com/kubernetes/enhancements/pull/1111`;
  if (annotation === "") {
    return told("False", "MissingAnnotation", `protected groups must have approval annotation "${APPROVED}", ${more}`);
  }
  if (annotation.startsWith("unapproved")) return told("False", "UnapprovedAnnotation", `not approved: ${quote(annotation)}`);
  if (URL.canParse(annotation)) return told("True", "ApprovedAnnotation", `approved in ${annotation}`);
  return told(
    "False",
    "InvalidAnnotation",
    `protected groups must have approval annotation "${APPROVED}" with either a URL or a reason starting with "unapproved", ${more}`,
  );
}
