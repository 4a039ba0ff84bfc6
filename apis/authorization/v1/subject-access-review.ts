import { defineKind } from "../../define-kind.ts";
import { go, object, optional } from "../../typed-schema.ts";
import { status, subjectSpec } from "./access-review.ts";
import { DEFINITION, GROUP } from "./attributes.ts";

export const subjectAccessReview = defineKind({
  group: GROUP,
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  scope: "Cluster",
  flavor: "builtin",
  answered: true,
  schema: object(
    "The question whether somebody may do something.",
    { spec: subjectSpec, status: optional(status) },
    go({ struct: "SubjectAccessReview", definition: `${DEFINITION}.SubjectAccessReview` }),
  ),
});
