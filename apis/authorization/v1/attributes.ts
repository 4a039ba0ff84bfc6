/** What reviews ask about: rights over resources, or over paths that are none. */
import { labelSelectorRequirement } from "../../meta/v1/label-selector.ts";
import { go, list, object, optional, type Static, string } from "../../typed-schema.ts";

export const GROUP = "authorization.k8s.io";
export const DEFINITION = "io.k8s.api.authorization.v1";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

const fieldSelectorRequirement = object(
  "One condition on one field.",
  {
    key: string("The field.", go({ zero: "" })),
    operator: string("How it compares: In, NotIn, Exists or DoesNotExist.", go({ type: "v1.FieldSelectorOperator", zero: "" })),
    values: optional(
      list("What In and NotIn look for; for the other two there is nothing.", string("One value."), { "x-kubernetes-list-type": "atomic" }),
    ),
  },
  go({ struct: "FieldSelectorRequirement", type: "v1.FieldSelectorRequirement", definition: `${META}.FieldSelectorRequirement` }),
);

const rawSelector = string("The selector as the parameter of a request writes it. Only one of this and `requirements` may be given.");

const fieldSelector = object(
  "What the request selects by fields, if it does.",
  {
    rawSelector: optional(rawSelector),
    requirements: optional(
      list("The conditions, all of which have to hold.", fieldSelectorRequirement, { "x-kubernetes-list-type": "atomic" }),
    ),
  },
  go({
    struct: "FieldSelectorAttributes",
    type: "v1.FieldSelectorAttributes",
    definition: `${DEFINITION}.FieldSelectorAttributes`,
    pointer: true,
  }),
);

const labelSelector = object(
  "What the request selects by labels, if it does.",
  {
    rawSelector: optional(rawSelector),
    requirements: optional(
      list("The conditions, all of which have to hold.", labelSelectorRequirement, { "x-kubernetes-list-type": "atomic" }),
    ),
  },
  go({
    struct: "LabelSelectorAttributes",
    type: "v1.LabelSelectorAttributes",
    definition: `${DEFINITION}.LabelSelectorAttributes`,
    pointer: true,
  }),
);

export const resourceAttributes = object(
  "A right over a resource.",
  {
    namespace: optional(string("The namespace; empty for all of them, and for what is in none.")),
    verb: optional(string("What is to be done, such as `get`; `*` for everything.")),
    group: optional(string("The resource's group; `*` for all.")),
    version: optional(string("The resource's version; `*` for all.")),
    resource: optional(string("The resource, such as `configmaps`; `*` for all.")),
    subresource: optional(string("The part of it, such as `status`; empty for the whole.")),
    name: optional(string("The object's name; empty for all objects.")),
    fieldSelector: optional(fieldSelector),
    labelSelector: optional(labelSelector),
  },
  go({ struct: "ResourceAttributes", type: "v1.ResourceAttributes", definition: `${DEFINITION}.ResourceAttributes`, pointer: true }),
);

export const nonResourceAttributes = object(
  "A right over a path that is no resource.",
  { path: optional(string("The path, such as `/metrics`.")), verb: optional(string("The method in lower case, such as `get`.")) },
  go({
    struct: "NonResourceAttributes",
    type: "v1.NonResourceAttributes",
    definition: `${DEFINITION}.NonResourceAttributes`,
    pointer: true,
  }),
);

export type ResourceAttributes = Static<typeof resourceAttributes>;
export type NonResourceAttributes = Static<typeof nonResourceAttributes>;
export type FieldSelectorAttributes = Static<typeof fieldSelector>;
export type LabelSelectorAttributes = Static<typeof labelSelector>;
