import { invalid as invalidField } from "../../apimachinery/field/error.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { conflict, invalid, MODIFIED } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import { isUnchanged } from "../apply/field-manager.ts";
import type { RequestContext } from "../filters/context.ts";
import { settleNamespace } from "../metadata/create.ts";
import { revisionIn } from "../metadata/resource-version.ts";
import { restoreSystemFields } from "../metadata/update.ts";
import { dedupeOwnerReferences, finalizerWarnings } from "../metadata/warnings.ts";
import type { WriteOptions } from "../options/write-options.ts";
import type { Outcome } from "../registry/guaranteed-update.ts";
import { normaliseStored } from "../registry/normalise.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { Serving } from "../serving.ts";
import { prepareForUpdate, validateForUpdate } from "../strategy/update.ts";
import { otherUid } from "./storage-conflict.ts";
import { attributesOf, guard, isNamespace, kindOfErrors, type Ref, writeOf } from "./writing.ts";

export interface ReplaceOptions extends WriteOptions {
  /** The object is what a patch made of the stored one: another uid in it is refused as a field, not as a precondition. */
  readonly patch: boolean;
  /** The object has its owners already: an apply knows them. */
  readonly tracked?: boolean;
}

/** What an update starts from. */
export interface Stored {
  readonly record: ObjectRecord;
  /** As read from the record, in the shape of the request's kind. It is only looked at, and must share nothing with the wanted state. */
  readonly object: KubeObject;
}

/**
 * Brings a wanted object up against the stored one, the way that PUT and every patch share (reference, section 4.2): optimistic lock,
 * admission, strategy, validation, and the deletion that the last finalizer held up.
 * @param object the wanted state; changed in place
 * @throws StatusError whatever refuses it
 */
export async function replace(
  serving: Serving,
  context: RequestContext,
  ref: Ref,
  { record: current, object: old }: Stored,
  object: KubeObject,
  options: ReplaceOptions,
): Promise<Outcome> {
  const { resource, part, namespace } = ref;
  const { kind } = resource;
  const mistyped = object.kind !== old.kind || object.apiVersion !== old.apiVersion;
  if (object.metadata.uid && object.metadata.uid !== old.metadata.uid && !options.patch) {
    throw otherUid(ref, object.metadata.uid, old.metadata.uid ?? "", options);
  }
  settleNamespace(object.metadata, namespace);
  if (!options.tracked) serving.fieldManagers.of(resource).trackUpdate(old, object, writeOf(serving, context, ref, options));
  await serving.admission.admit(attributesOf(context, ref, "UPDATE", options.dryRun, object, old));
  await guard(serving, context, ref, object, old);
  checkVersion(ref, object, current);
  context.warn(dedupeOwnerReferences(object.metadata, true));
  restoreSystemFields(object.metadata, old.metadata);
  prepareForUpdate(kind, part, object, old, formatTime(serving.now()));
  const errors = validateForUpdate(kind, part, object, old);
  if (errors.length > 0) throw invalid(kindOfErrors(kind, object), ref.name, errors);
  if (resource.custom) context.warn(...finalizerWarnings(object.metadata, old.metadata));
  context.warn(...(kind.strategy.warnings?.(object, old) ?? []));
  await serving.admission.validate(attributesOf(context, ref, "UPDATE", options.dryRun, object, old));

  if (isReadyToGo(resource, object)) return { do: "remove", object: { ...object, metadata: withVersion(object, current) } };
  object.metadata.resourceVersion = old.metadata.resourceVersion as string;
  if (isUnchanged(kind, old, object)) return { do: "nothing", object };
  // what did not come from a body of the kind may lack defaults and hold what a read would drop
  return { do: "store", object: options.tracked || mistyped ? normaliseStored(kind, object) : object };
}

const withVersion = (object: KubeObject, current: ObjectRecord) => ({ ...object.metadata, resourceVersion: String(current.revision) });

/** A terminating object goes with its last finalizer; a namespace needs its content's finalizer gone as well. */
function isReadyToGo(resource: Resource, { metadata, spec }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers?.length ?? 0) > 0) return false;
  if (isNamespace(resource)) return ((spec as { finalizers?: string[] } | undefined)?.finalizers?.length ?? 0) === 0;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function checkVersion({ resource, name }: Ref, object: KubeObject, current: ObjectRecord): void {
  const revision = revisionIn(object.metadata);
  if (revision === 0) {
    if (resource.kind.strategy.allowUnconditionalUpdate) return;
    // where Kubernetes would name the kind it names the resource here
    const { group, resource: plural } = resource.groupResource;
    throw invalid({ group, kind: plural }, name, [invalidField("metadata.resourceVersion", 0, "must be specified for an update")]);
  }
  if (revision !== current.revision) throw conflict(resource.groupResource, name, MODIFIED);
}
