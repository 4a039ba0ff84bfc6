import type { ObjectMeta } from "../../apimachinery/object.ts";
import { parseUint64 } from "../../apimachinery/query/scalars.ts";
import { unknownError } from "../../apimachinery/status/status.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";

/**
 * The state that an object says it is based on, 0 where it says none.
 * @throws StatusError 500 without a reason for what is no number (k8s.io/apiserver, pkg/storage/api_object_versioner.go)
 */
export function revisionIn({ resourceVersion }: ObjectMeta): number {
  if (!resourceVersion) return 0;
  try {
    return Number(parseUint64(resourceVersion));
  } catch (error) {
    throw error instanceof ParseError ? unknownError(error.message) : error;
  }
}

/** Whether an object to be created names a state that it is based on. What is no number names none. */
export function namesRevision(meta: ObjectMeta): boolean {
  try {
    return revisionIn(meta) > 0;
  } catch {
    return false;
  }
}
