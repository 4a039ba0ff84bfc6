import { semanticallyEqual } from "../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { CATCH_ALL, EXEMPT } from "../../apis/flowcontrol/v1/group.ts";

/** `true` on an object whose spec the server keeps as it suggests it, `false` on one that is its users' affair. */
export const AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec";

/** Go's strconv.ParseBool; undefined for what is none. */
function parseBool(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}

const isMandatory = ({ metadata: { name } }: KubeObject) => name === EXEMPT || name === CATCH_ALL;

/**
 * The object as the server wants it, given the one that is there; undefined when nothing is to be done. Mandatory ones are always kept, suggested
 * ones as long as their annotation says so; where it says nothing, those whose spec nobody has touched (kubernetes,
 * pkg/registry/flowcontrol/ensurer).
 */
export function maintained<T extends KubeObject>(present: T, wanted: T): T | undefined {
  const { annotations, generation } = present.metadata;
  const said = parseBool(annotations?.[AUTOUPDATE]);
  const keep = isMandatory(present) || (said ?? generation === 1);
  const spec = keep ? specOf(present, wanted) : present.spec;
  if (said === keep && semanticallyEqual(spec as JsonValue, present.spec as JsonValue)) return undefined;
  return { ...present, metadata: { ...present.metadata, annotations: { ...annotations, [AUTOUPDATE]: String(keep) } }, spec };
}

/** What is exempt may be given other shares. */
function specOf(present: KubeObject, wanted: KubeObject): unknown {
  const { exempt } = (present.spec ?? {}) as { exempt?: unknown };
  return isMandatory(present) && exempt !== undefined ? { ...(wanted.spec as object), exempt } : wanted.spec;
}

/** Whether an object was suggested by another release of the server, and nobody has made it their own. */
export const isLeftOver = ({ metadata: { annotations } }: KubeObject): boolean => parseBool(annotations?.[AUTOUPDATE]) === true;
