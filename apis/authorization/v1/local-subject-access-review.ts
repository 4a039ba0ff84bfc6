import { defineKind } from "../../define-kind.ts";
import { go, object, optional } from "../../typed-schema.ts";
import { status, subjectSpec } from "./access-review.ts";
import { DEFINITION, GROUP } from "./attributes.ts";

export const localSubjectAccessReview = defineKind({
  group: GROUP,
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  scope: "Namespaced",
  flavor: "builtin",
  answered: true,
  schema: object(
    "The question whether somebody may do something in the namespace in which it is asked.",
    { spec: subjectSpec, status: optional(status) },
    go({ struct: "LocalSubjectAccessReview", definition: `${DEFINITION}.LocalSubjectAccessReview` }),
  ),
});
