import { defineKind } from "../../define-kind.ts";
import { go, object, optional } from "../../typed-schema.ts";
import { status } from "./access-review.ts";
import { DEFINITION, GROUP, nonResourceAttributes, resourceAttributes } from "./attributes.ts";

const spec = object(
  "What the one who asks wants to do. One of the two sorts of rights is given.",
  { resourceAttributes: optional(resourceAttributes), nonResourceAttributes: optional(nonResourceAttributes) },
  go({
    struct: "SelfSubjectAccessReviewSpec",
    type: "v1.SelfSubjectAccessReviewSpec",
    definition: `${DEFINITION}.SelfSubjectAccessReviewSpec`,
    zero: {},
  }),
);

export const selfSubjectAccessReview = defineKind({
  group: GROUP,
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  scope: "Cluster",
  flavor: "builtin",
  answered: true,
  schema: object(
    "The question whether one may do something oneself.",
    { spec, status: optional(status) },
    go({ struct: "SelfSubjectAccessReview", definition: `${DEFINITION}.SelfSubjectAccessReview` }),
  ),
});
