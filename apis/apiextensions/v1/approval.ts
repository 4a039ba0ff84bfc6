import { quote } from "../../../apimachinery/go-text.ts";

/** The annotation with which a definition in one of Kubernetes' own groups says who has approved it. */
export const APPROVED = "api-approved.kubernetes.io";

export type ApprovalState = "Approved" | "Unapproved" | "Missing" | "Invalid";

export interface Approval {
  readonly state: ApprovalState;
  readonly reason: string;
}

/** Groups that are Kubernetes' own, for whose definitions the annotation is needed. */
export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

/** What the annotation comes to (apiextensions-apiserver, pkg/apihelpers). */
export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): Approval {
  const annotation = annotations?.[APPROVED] ?? "";
  const must = `protected groups must have approval annotation ${quote(APPROVED)}`;
  const see = "see https://github.com/kubernetes/enhancements/pull/1111";
  if (annotation === "") return { state: "Missing", reason: `${must}, ${see}` };
  if (annotation.startsWith("unapproved")) return { state: "Unapproved", reason: `not approved: ${quote(annotation)}` };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+/.test(annotation)) return { state: "Approved", reason: `approved in ${annotation}` };
  return { state: "Invalid", reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` };
}
