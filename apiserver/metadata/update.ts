import type { ObjectMeta } from "../../apimachinery/object.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { settleNamespace } from "./create.ts";

/**
 * Compares an object with the URL that it was sent to, or that it was patched under; the namespace first, which is settled as for a
 * creation. Changes `meta`.
 *
 * @param namespace that of the request, `undefined` for none
 * @throws StatusError BadRequest
 */
export function checkMetadataAgainstUrl(meta: ObjectMeta, name: string, namespace: string | undefined): void {
  settleNamespace(meta, namespace);
  if (!meta.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (meta.name !== name) throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
}

/**
 * Puts back in silence what an update cannot change: generation and creation time always, uid, deletion time and grace period where they
 * were left out or already set (k8s.io/apiserver, pkg/registry/rest/update.go). What is left is judged by validateMetadataUpdate.
 * Changes `meta`.
 */
export function restoreSystemFields(meta: ObjectMeta, old: ObjectMeta): void {
  put(meta, "generation", old.generation);
  put(meta, "creationTimestamp", old.creationTimestamp);
  if (!meta.uid) put(meta, "uid", old.uid);
  if (old.deletionTimestamp !== undefined) meta.deletionTimestamp = old.deletionTimestamp;
  if (meta.deletionGracePeriodSeconds === undefined) put(meta, "deletionGracePeriodSeconds", old.deletionGracePeriodSeconds);
  delete meta.selfLink;
}

function put<Field extends keyof ObjectMeta>(meta: ObjectMeta, field: Field, value: ObjectMeta[Field]): void {
  if (value === undefined) delete meta[field];
  else meta[field] = value;
}
