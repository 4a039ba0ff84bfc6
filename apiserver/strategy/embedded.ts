import type { ObjectMeta } from "../../apimachinery/object.ts";
import { validatePathSegmentName } from "../../apimachinery/validation/names.ts";
import { validateObjectMeta } from "../../apimachinery/validation/object-meta.ts";
import type { ValidateMetadata } from "../../openapi/structural/embedded.ts";

/**
 * Errors of the metadata of a resource inside another: it may be of any scope, and have any name that fits a path, or none
 * (k8s.io/apiextensions-apiserver, pkg/apiserver/schema/objectmeta/validation.go).
 */
export const embeddedMetadata: ValidateMetadata = (metadata, path) => {
  const meta = metadata as ObjectMeta;
  return validateObjectMeta(meta, !!meta.namespace, validatePathSegmentName, { path, mayLackName: true });
};
