import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { go, list, object, optional, type Static, string } from "../../typed-schema.ts";

/** The group of all kinds here, and of users and groups as subjects. */
export const GROUP = "rbac.authorization.k8s.io";

export const DEFINITION = "io.k8s.api.rbac.v1";

const texts = (description: string, one: string, hints: Parameters<typeof go>[0] = {}) =>
  list(description, string(one), go(hints, { "x-kubernetes-list-type": "atomic" }));

/** Some rights: what may be done (the verbs) with what, either resources or paths that are none. `*` stands for all of a sort. */
export const policyRule = object(
  "Rights over resources, or over paths that are no resources.",
  {
    verbs: texts("What may be done; `*` for everything.", "One verb, such as `get`.", { zero: null }),
    apiGroups: optional(texts("The groups of the resources; empty text for the core group, `*` for all.", "One group.")),
    resources: optional(
      texts("The resources, subresources as `resource/subresource`; `*` for all, `*/scale` for one subresource of all.", "One resource."),
    ),
    resourceNames: optional(texts("The objects by name; all of them, if there are none.", "One name.")),
    nonResourceURLs: optional(
      texts("Paths that are no resources; a `*` at the end stands for anything that follows. In cluster roles only.", "One path."),
    ),
  },
  go({ struct: "PolicyRule", type: "v1.PolicyRule", definition: `${DEFINITION}.PolicyRule` }),
);

export type PolicyRule = Static<typeof policyRule>;

export const rules = (description: string) =>
  list(description, policyRule, go({ zero: null, keepsEmpty: true }, { "x-kubernetes-list-type": "atomic" }));

/** An empty list of rules belongs to whoever sent it, and is stored as none. */
export function dropNoRules(object: KubeObject): void {
  const { rules } = object as { rules?: PolicyRule[] | null };
  if (rules?.length === 0) object.rules = null;
}

/**
 * What is wrong with the rules of a role (kubernetes, pkg/apis/rbac/validation). That a rule has verbs is looked at after everything else, as
 * kube-apiserver's declarative validation does.
 */
export function ruleErrors(rules: readonly PolicyRule[], namespaced: boolean, path: FieldPath): FieldError[] {
  const errors = rules.flatMap((rule, index) => targetErrors(rule, namespaced, path.index(index)));
  for (const [index, { verbs }] of rules.entries()) {
    if ((verbs?.length ?? 0) === 0) errors.push(required(path.index(index).child("verbs")));
  }
  return errors;
}

function targetErrors(rule: PolicyRule, namespaced: boolean, path: FieldPath): FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (nonResourceURLs.length > 0) {
    const wrong = (text: string) => errors.push(invalid(path.child("nonResourceURLs"), nonResourceURLs, text));
    if (namespaced) wrong("namespaced rules cannot apply to non-resource URLs");
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      wrong("rules cannot apply to both regular resources and non-resource URLs");
    }
    return errors;
  }
  if (apiGroups.length === 0) errors.push(required(path.child("apiGroups"), "resource rules must supply at least one api group"));
  if (resources.length === 0) errors.push(required(path.child("resources"), "resource rules must supply at least one resource"));
  return errors;
}
