import type { FieldError } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import type { KubeObject, ObjectMeta } from "../../apimachinery/object.ts";
import { maskTrailingDash, validateDnsSubdomain, validatePathSegmentName } from "../../apimachinery/validation/names.ts";
import {
  type NameRule,
  validateFinalizerIsQualified,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "../../apimachinery/validation/object-meta.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { eachOnce } from "../strategy/repetition.ts";
import type { Part } from "../strategy/update.ts";

/** What of a kind decides how its objects' metadata is judged. */
export type MetadataRules = Pick<KindDefinition, "group" | "scope" | "flavor" | "strategy">;

const FINALIZERS = FieldPath.of("metadata", "finalizers");

/** These groups' kinds take finalizers without a domain, as custom kinds do. */
const WITHOUT_QUALIFIED_FINALIZERS = new Set(["admissionregistration.k8s.io", "apiextensions.k8s.io"]);

/** What is wrong with the metadata of an object to be created, in Kubernetes' order; the rest of the object's errors come after. */
export function validateMetadata(kind: MetadataRules, { metadata }: KubeObject): FieldError[] {
  return eachOnce([...validateObjectMeta(metadata, kind.scope === "Namespaced", nameRule(kind)), ...unqualifiedFinalizers(kind, metadata)]);
}

/**
 * What is wrong with the metadata of an update, in Kubernetes' order; the rest of the object's errors come after. System fields have been
 * restored. Kubernetes judges metadata in its generic part and in the kind's own, so that a fault may stand here more than once.
 */
export function validateMetadataUpdate(kind: MetadataRules, { metadata }: KubeObject, old: KubeObject, part: Part = ""): FieldError[] {
  const namespaced = kind.scope === "Namespaced";
  const onUpdate = validateObjectMetaUpdate(metadata, old.metadata);
  if (kind.flavor === "custom" || kind.group === "apiextensions.k8s.io") {
    return [...validateObjectMeta(metadata, namespaced, validatePathSegmentName), ...onUpdate, ...eachOnce(onUpdate)];
  }
  return [
    ...validateObjectMeta(metadata, namespaced, takesAnyName(kind, part) ? validatePathSegmentName : nameRule(kind)),
    ...onUpdate,
    ...unqualifiedFinalizers(kind, metadata),
  ];
}

/** A name that is there already is judged again by some kinds; the core ones do not in writes to a subresource. */
const takesAnyName = ({ group, strategy }: MetadataRules, part: Part): boolean =>
  strategy.judgesNewNamesOnly === true || (part !== "" && group === "");

const subdomainRule: NameRule = (name, prefix) => validateDnsSubdomain(prefix ? maskTrailingDash(name) : name);

const nameRule = ({ strategy }: MetadataRules): NameRule => strategy.validateName ?? subdomainRule;

function unqualifiedFinalizers(kind: MetadataRules, { finalizers }: ObjectMeta): FieldError[] {
  if (finalizers === undefined || kind.flavor === "custom" || WITHOUT_QUALIFIED_FINALIZERS.has(kind.group)) return [];
  if (kind.strategy.takesPlainFinalizers) return [];
  return finalizers.flatMap((finalizer, i) => validateFinalizerIsQualified(finalizer, FINALIZERS.index(i)));
}
