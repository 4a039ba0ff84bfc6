import { stringify } from "../../apimachinery/json/stringify.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { type Binding, type Subject, sameRole } from "../../apis/rbac/v1/binding.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import { missingRights } from "../../apis/rbac/v1/covers.ts";

/** On an object that is not to be touched: the value `false`. */
export const AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

const isProtected = ({ metadata }: KubeObject) => metadata.annotations?.[AUTOUPDATE] === "false";

/**
 * The role with what is missing of the wanted one: labels and annotations that it has not, rights that its rules do not cover. Nothing is taken away.
 * The rules of a sum are its controller's. Undefined when nothing is to be done (k8s.io/component-helpers, auth/rbac/reconciliation).
 */
export function reconciledRole(present: ClusterRole, wanted: ClusterRole): ClusterRole | undefined {
  if (isProtected(present)) return undefined;
  const role = withMetadata(present, wanted);
  if (wanted.aggregationRule === undefined) {
    role.rules = [...(present.rules ?? []), ...missingRights(present.rules ?? [], wanted.rules ?? [])];
  } else {
    const selectors = present.aggregationRule?.clusterRoleSelectors ?? [];
    const missing = (wanted.aggregationRule.clusterRoleSelectors ?? []).filter(
      (selector) => !selectors.some((other) => stringify(other) === stringify(selector)),
    );
    role.aggregationRule = { ...present.aggregationRule, clusterRoleSelectors: [...selectors, ...missing] };
  }
  return differs(role, present) ? role : undefined;
}

/** What to do with a binding that is there: a role that it refers to cannot be changed. */
export type BindingRepair = { readonly do: "nothing" } | { readonly do: "update" | "recreate"; readonly binding: Binding };

export function reconciledBinding(present: Binding, wanted: Binding): BindingRepair {
  if (isProtected(present)) return { do: "nothing" };
  if (!sameRole(present.roleRef, wanted.roleRef)) return { do: "recreate", binding: wanted };
  const binding = withMetadata(present, wanted);
  const subjects = present.subjects ?? [];
  binding.subjects = [...subjects, ...(wanted.subjects ?? []).filter((subject) => !subjects.some((other) => isSame(other, subject)))];
  return differs(binding, present) ? { do: "update", binding } : { do: "nothing" };
}

const isSame = (a: Subject, b: Subject) => a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");

/** What is there wins. */
function withMetadata<T extends KubeObject>(present: T, wanted: T): T {
  return {
    ...present,
    metadata: {
      ...present.metadata,
      labels: { ...wanted.metadata.labels, ...present.metadata.labels },
      annotations: { ...wanted.metadata.annotations, ...present.metadata.annotations },
    },
  };
}

function differs(role: KubeObject, present: KubeObject): boolean {
  return PARTS.some((part) => part(role) !== part(present));
}

/** Of what may be missing, how much there is: everything is added and nothing changed. */
const PARTS: readonly ((object: KubeObject) => number)[] = [
  ({ metadata: { labels = {} } }) => Object.keys(labels).length,
  ({ metadata: { annotations = {} } }) => Object.keys(annotations).length,
  (object) => (object as ClusterRole).rules?.length ?? 0,
  (object) => (object as ClusterRole).aggregationRule?.clusterRoleSelectors?.length ?? 0,
  (object) => (object as Binding).subjects?.length ?? 0,
];
