import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject } from "../../apimachinery/object.ts";
import { badRequest, internalError, unknownError } from "../../apimachinery/status/status.ts";
import type { Scale } from "../../apis/autoscaling/v1/scale.ts";
import type { Subresources } from "../../apis/kind.ts";
import { isInt64 } from "../../openapi/structural/numbers.ts";
import { accessorError, find, namesIn } from "../../openapi/structural/scale.ts";

/** Where the numbers of a kind's objects stand. */
export type ScalePaths = NonNullable<Subresources["scale"]>;

/** Stands for replicas that an object does not say, while a client may still do so. */
const UNSAID = -2147483648;

/**
 * The scale of an object, as a client reads it (apiextensions-apiserver, pkg/registry/customresource/etcd.go, ScaleREST).
 * @throws StatusError InternalError where the object does not say how many replicas it wants
 */
export function scaleOf(object: KubeObject, paths: ScalePaths): Scale {
  const scale = readScale(object, paths);
  if (scale.spec?.replicas !== UNSAID) return written(scale);
  throw internalError(`the spec replicas field "${paths.specReplicasPath}" does not exist`);
}

/** The same as a write starts from it: replicas that are not said count as {@link UNSAID}. */
export function readScale(object: KubeObject, { specReplicasPath, statusReplicasPath, labelSelectorPath }: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const content = asJson(object);
  const selector = labelSelectorPath === undefined ? undefined : textAt(content, labelSelectorPath);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: withoutUndefined({ name, namespace, uid, resourceVersion, creationTimestamp }),
    spec: { replicas: numberAt(content, specReplicasPath) ?? UNSAID },
    status: { replicas: numberAt(content, statusReplicasPath) ?? 0, ...(selector ? { selector } : {}) },
  } as Scale;
}

/** As Go writes it: no replicas wanted are not mentioned. */
export function written(scale: Scale): Scale {
  return scale.spec?.replicas === 0 ? { ...scale, spec: {} } : scale;
}

/**
 * Writes the replicas of a scale into an object, in place.
 * @throws StatusError BadRequest where neither says any, and 500 without a reason where something is in the way
 */
export function setReplicas(object: KubeObject, { spec }: Scale, { specReplicasPath: path }: ScalePaths): void {
  const replicas = spec?.replicas ?? 0;
  if (replicas === UNSAID) throw badRequest(`the spec replicas field "${path}" cannot be empty`);
  const names = namesIn(path);
  let parent = asJson(object);
  for (const [index, name] of names.slice(0, -1).entries()) {
    if (!Object.hasOwn(parent, name)) parent[name] = {};
    const child = parent[name] as JsonValue;
    if (!isJsonObject(child))
      throw unknownError(`value cannot be set because .${names.slice(0, index + 1).join(".")} is not a map[string]interface{}`);
    parent = child;
  }
  parent[names.at(-1) as string] = replicas;
}

function numberAt(content: JsonObject, path: string): number | undefined {
  const value = valueAt(content, path);
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !isInt64(value)) throw unknownError(accessorError(path, value, "int64"));
  return value | 0;
}

function textAt(content: JsonObject, path: string): string | undefined {
  const value = valueAt(content, path);
  if (value !== undefined && typeof value !== "string") throw unknownError(accessorError(path, value, "string"));
  return value;
}

function valueAt(content: JsonObject, path: string): JsonValue | undefined {
  const { there, value, problem } = find(content, path);
  if (problem !== undefined) throw unknownError(problem);
  return there ? value : undefined;
}

const withoutUndefined = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
