import type { GroupVersionKind } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";

export const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
export const OBJECT_META = `${META}.ObjectMeta`;
export const LIST_META = `${META}.ListMeta`;
export const STATUS = `${META}.Status`;
export const PATCH = `${META}.Patch`;
export const DELETE_OPTIONS = `${META}.DeleteOptions`;
export const WATCH_EVENT = `${META}.WatchEvent`;
export const SCALE = "io.k8s.api.autoscaling.v1.Scale";

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** The definition of a kind: `com.datumapis.networking.v1alpha.Network`; of a built-in one, that of its Go type. */
export function definitionOf({ group, version, kind, schema }: KindDefinition): string {
  return schema.go?.definition ?? [...group.split(".").reverse(), version, kind].join(".");
}

/** The definition of the lists of a kind, beside that of the kind. */
export function listDefinitionOf(kind: KindDefinition): string {
  const definition = definitionOf(kind);
  return definition.slice(0, definition.lastIndexOf(".") + 1) + kind.listKind;
}

/** As operations and definitions carry it. */
export const gvkOf = ({ group, version, kind }: GroupVersionKind) => ({ group, kind, version });

/** `api/v1`, `apis/networking.datumapis.com/v1alpha`: the key of a document, and the address of its resources. */
export const keyOf = ({ group, version }: GroupVersion): string => (group === "" ? `api/${version}` : `apis/${group}/${version}`);

/** `coreV1`, `compute.datumapis.com` becomes `computeDatumapisCom`; `.k8s.io` goes. */
const groupWord = (group: string): string => (group === "" ? "core" : group.replace(/\.k8s\.io$/, ""));

/** The tag of a group version's operations: `core_v1`, `computeDatumapisCom_v1alpha`. */
export const tagOf = ({ group, version }: GroupVersion): string => `${camel(groupWord(group), false)}_${camel(version, false)}`;

/** The tag of what belongs to a group as a whole. */
export const groupTagOf = (group: string): string => camel(groupWord(group), false);

/** `list` and `NamespacedLease` in coordination.k8s.io/v1: `listCoordinationV1NamespacedLease`. */
export const operationId = (verb: string, { group, version }: GroupVersion, subject: string): string =>
  verb + camel(groupWord(group), true) + camel(version, true) + camel(subject, true);

export const groupOperationId = (verb: string, group: string, subject: string): string =>
  verb + camel(groupWord(group), true) + camel(subject, true);

/** Letters, digits and underscores; a letter behind anything else becomes a capital. Digits may not come first. */
function camel(text: string, capital: boolean): string {
  let out = "";
  let raise = capital;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (!/[A-Za-z_]/.test(character) && (index === 0 || !/[0-9]/.test(character))) {
      raise = true;
      continue;
    }
    out += raise ? character.toUpperCase() : character;
    raise = false;
  }
  return out;
}
