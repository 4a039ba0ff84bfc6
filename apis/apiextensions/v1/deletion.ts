import type { KubeObject } from "../../../apimachinery/object.ts";
import type { CustomResourceDefinition } from "./custom-resource-definition.ts";

/** Holds a definition until no object of its kind is left. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** A deleted definition stays until its objects are gone, and says so (apiextensions-apiserver, pkg/registry/customresourcedefinition/etcd.go). */
export function markForDeletion(object: KubeObject, _finalizers: readonly string[], time: string): void {
  const { metadata } = object;
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
  const definition = object as CustomResourceDefinition;
  const conditions = (definition.status?.conditions ?? []).filter(({ type }) => type !== "Terminating");
  const terminating = {
    type: "Terminating",
    status: "True",
    lastTransitionTime: time,
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
  };
  object.status = { ...definition.status, conditions: [...conditions, terminating] };
}
