/**
 * What `kubectl apply` without server-side apply leaves behind: an annotation with the object as it was applied last. For the manager
 * `kubectl`, and no other, it stands in for ownership, and is kept up to date
 * (k8s.io/apimachinery, pkg/util/managedfields/internal/lastapplied*.go; reference, section 5.6).
 */
import { marshal } from "../../apimachinery/go-text.ts";
import { copyJson } from "../../apimachinery/json/copy.ts";
import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { isJsonObject, type JsonObject } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject } from "../../apimachinery/object.ts";
import { MAX_ANNOTATIONS_SIZE } from "../../apimachinery/validation/object-meta.ts";
import { compare } from "./compare.ts";
import { difference, EMPTY, type FieldSet } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import { typedErrors } from "./typed-errors.ts";
import type { Version } from "./versions.ts";

export const KUBECTL = "kubectl";
const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** Fields that were applied last and have the same value still: `kubectl` may take them over from any manager. */
export function appliedBefore(live: KubeObject, { type, apiVersion }: Version): FieldSet {
  const text = live.metadata.annotations?.[ANNOTATION];
  const applied = text ? read(text) : undefined;
  if (applied === undefined || applied.apiVersion !== apiVersion || typedErrors(type, applied) !== undefined) return EMPTY;
  const { removed, modified, added } = compare(type, applied, asJson(live));
  return difference(difference(difference(fieldSetOf(type, applied), modified), added), removed);
}

/** Undefined for what is no object with a kind. */
function read(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) && value.kind ? value : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Writes what is applied now into the annotation, where the object has one that is not empty. Changes `object`. */
export function rewriteLastApplied({ metadata }: KubeObject, config: JsonObject): void {
  const { annotations } = metadata;
  if (!annotations?.[ANNOTATION]) return;
  annotations[ANNOTATION] = `${marshal(withoutAnnotation(config))}\n`;
  if (sizeOf(annotations) > MAX_ANNOTATIONS_SIZE) delete annotations[ANNOTATION];
}

/** A copy. Annotations that are no map of texts, such as null, Kubernetes cannot read, and drops altogether. */
function withoutAnnotation(config: JsonObject): JsonObject {
  const applied = copyJson(config);
  const { metadata } = applied;
  if (!isJsonObject(metadata)) return applied;
  const { annotations } = metadata;
  if (isJsonObject(annotations) && Object.values(annotations).every((text) => typeof text === "string")) delete annotations[ANNOTATION];
  else delete metadata.annotations;
  return applied;
}

function sizeOf(annotations: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const [name, text] of Object.entries(annotations)) size += Buffer.byteLength(name) + Buffer.byteLength(text);
  return size;
}
