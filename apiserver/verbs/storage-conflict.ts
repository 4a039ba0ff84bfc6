import { conflict, type StatusError } from "../../apimachinery/status/status.ts";
import type { Ref } from "./writing.ts";

/**
 * A conflict in the words of kube-apiserver's storage layer, which tell its key of the object. Clients see only the text; ours lie elsewhere.
 * (k8s.io/apiserver, pkg/storage/errors.go)
 */
export function storageConflict({ resource, namespace, name }: Ref, why: string, { dryRun = false } = {}): StatusError {
  const { group, plural, flavor } = resource.kind;
  const withGroup = flavor === "custom" || group === "apiextensions.k8s.io";
  // what is only tried does not come to where the prefix is known
  const key = [dryRun ? "" : "/registry", ...(withGroup ? [group] : []), plural, ...(namespace === "" ? [] : [namespace]), name].join("/");
  return conflict(
    resource.groupResource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  );
}

/** The object is not the one that the writer knew. */
export const otherUid = (ref: Ref, wanted: string, found: string, options: { readonly dryRun: boolean }): StatusError =>
  storageConflict(ref, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`, options);
