import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../define-kind.ts";
import { boolean, go, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION, GROUP } from "./attributes.ts";

const texts = (description: string, one: string, hints: Parameters<typeof go>[0] = {}) =>
  list(description, string(one), go(hints, { "x-kubernetes-list-type": "atomic" }));

const resourceRule = object(
  "Some rights over resources.",
  {
    verbs: texts("What may be done; `*` for everything.", "One verb.", { zero: null }),
    apiGroups: optional(texts("The groups of the resources; `*` for all.", "One group.")),
    resources: optional(texts("The resources; `*` for all, `*/scale` for one subresource of all.", "One resource.")),
    resourceNames: optional(texts("The objects by name; all of them, if there are none.", "One name.")),
  },
  go({ struct: "ResourceRule", type: "v1.ResourceRule", definition: `${DEFINITION}.ResourceRule` }),
);

const nonResourceRule = object(
  "Some rights over paths that are no resources.",
  {
    verbs: texts("What may be done; `*` for everything.", "One verb.", { zero: null }),
    nonResourceURLs: optional(texts("The paths; a `*` at the end stands for anything that follows.", "One path.")),
  },
  go({ struct: "NonResourceRule", type: "v1.NonResourceRule", definition: `${DEFINITION}.NonResourceRule` }),
);

const spec = object(
  "What is asked about.",
  { namespace: optional(string("The namespace; rights in all namespaces count as well.")) },
  go({
    struct: "SelfSubjectRulesReviewSpec",
    type: "v1.SelfSubjectRulesReviewSpec",
    definition: `${DEFINITION}.SelfSubjectRulesReviewSpec`,
    zero: {},
  }),
);

const status = object(
  "What the server answers.",
  {
    resourceRules: list(
      "The rights over resources, in no order and perhaps more than once.",
      resourceRule,
      go({ zero: null, keepsEmpty: true }, { "x-kubernetes-list-type": "atomic" }),
    ),
    nonResourceRules: list(
      "The rights over paths that are no resources, likewise.",
      nonResourceRule,
      go({ zero: null, keepsEmpty: true }, { "x-kubernetes-list-type": "atomic" }),
    ),
    incomplete: boolean("True when there may be more rights: not every authorizer can list them.", go({ zero: false })),
    evaluationError: optional(string("What went wrong while the rights were gathered.")),
  },
  go({
    struct: "SubjectRulesReviewStatus",
    type: "v1.SubjectRulesReviewStatus",
    definition: `${DEFINITION}.SubjectRulesReviewStatus`,
    zero: { resourceRules: null, nonResourceRules: null, incomplete: false },
  }),
);

const schema = object(
  "The question what one may do oneself in a namespace. Meant for what people are shown, not for deciding.",
  { spec, status: optional(status) },
  go({ struct: "SelfSubjectRulesReview", definition: `${DEFINITION}.SelfSubjectRulesReview` }),
);

export type SelfSubjectRulesReview = KubeObject & Static<typeof schema>;
export type ResourceRule = Static<typeof resourceRule>;
export type NonResourceRule = Static<typeof nonResourceRule>;

export const selfSubjectRulesReview = defineKind({
  group: GROUP,
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  scope: "Cluster",
  flavor: "builtin",
  answered: true,
  schema,
});
