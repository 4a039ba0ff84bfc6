/** What the kinds of flow control have in common. */
import { duplicate, type FieldError, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { semanticallyEqual } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { dateTime, go, keyedList, object, optional, type Static, string } from "../../typed-schema.ts";

export const GROUP = "flowcontrol.apiserver.k8s.io";

export const DEFINITION = "io.k8s.api.flowcontrol.v1";

/** The name of the priority level without limits, and of the schema of those who have none. */
export const EXEMPT = "exempt";
/** The name of the level and of the schema of everything that no other schema claims. */
export const CATCH_ALL = "catch-all";

const condition = (kind: string) =>
  object(
    "One aspect of the object's state, as the server last saw it.",
    {
      type: optional(string("The aspect, such as `Dangling`.", go({ type: `v1.${kind}ConditionType` }))),
      status: optional(string("Whether it holds: True, False or Unknown.", go({ type: "v1.ConditionStatus" }))),
      lastTransitionTime: optional(dateTime("When `status` last changed.", go({ type: "v1.Time", zero: null }))),
      reason: optional(string("The cause in one word, for programs.")),
      message: optional(string("The cause in a sentence, for people.")),
    },
    go({ struct: `${kind}Condition`, type: `v1.${kind}Condition`, definition: `${DEFINITION}.${kind}Condition` }),
  );

export const statusSchema = (kind: string) =>
  object(
    "What the server makes of the object.",
    {
      conditions: optional(
        keyedList("What is true of the object, one aspect each.", ["type"], condition(kind), {
          "x-kubernetes-patch-merge-key": "type",
          "x-kubernetes-patch-strategy": "merge",
        }),
      ),
    },
    go({ struct: `${kind}Status`, type: `v1.${kind}Status`, definition: `${DEFINITION}.${kind}Status`, zero: {} }),
  );

interface Configuration extends KubeObject {
  readonly status?: Static<ReturnType<typeof statusSchema>>;
}

/** A new object has no status, and is in its first generation. */
export function prepareForCreate(object: KubeObject): void {
  object.status = {};
  object.metadata.generation = 1;
}

/** The status stays; another spec is another generation. */
export function prepareForUpdate(object: KubeObject, old: KubeObject): void {
  object.status = old.status;
  if (!semanticallyEqual(object.spec as JsonValue, old.spec as JsonValue)) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
}

export function statusErrors(object: KubeObject): FieldError[] {
  const { conditions = [] } = (object as Configuration).status ?? {};
  const path = FieldPath.of("status", "conditions");
  const types = new Set<string>();
  return conditions.flatMap(({ type = "" }, i) => {
    const errors: FieldError[] = [];
    const at = path.index(i).child("type");
    if (types.has(type)) errors.push(duplicate(at, type));
    types.add(type);
    if (type === "") errors.push(required(at, "must not be empty"));
    return errors;
  });
}
