import { conflict, type StatusError } from "../../apimachinery/status/status.ts";
import type { Ref } from "./writing.ts";

/**
 * A conflict in the words of kube-apiserver's storage layer, which tell its key of the object. Clients see only the text; ours lie elsewhere.
 * (k8s.io/apiserver, pkg/storage/errors.go)
 */
export function storageConflict({ resource, namespace, name }: Ref, why: string): StatusError {
  const { group, plural, flavor } = resource.kind;
  const key = ["/registry", ...(flavor === "custom" ? [group] : []), plural, ...(namespace === "" ? [] : [namespace]), name].join("/");
  return conflict(
    resource.groupResource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  );
}

/** The object is not the one that the writer knew. */
export const otherUid = (ref: Ref, wanted: string, found: string): StatusError =>
  storageConflict(ref, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`);
