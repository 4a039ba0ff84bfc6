import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../define-kind.ts";
import { go, object, optional, type Static } from "../../typed-schema.ts";
import { userInfo } from "./user-info.ts";

const DEFINITION = "io.k8s.api.authentication.v1";

const status = object(
  "What the server answers.",
  { userInfo: optional(userInfo) },
  go({
    struct: "SelfSubjectReviewStatus",
    type: "v1.SelfSubjectReviewStatus",
    definition: `${DEFINITION}.SelfSubjectReviewStatus`,
    zero: { userInfo: {} },
  }),
);

const schema = object(
  "The question who the server takes the one for who asks; impersonation counts.",
  { status: optional(status) },
  go({ struct: "SelfSubjectReview", definition: `${DEFINITION}.SelfSubjectReview` }),
);

export type SelfSubjectReview = KubeObject & Static<typeof schema>;

export const selfSubjectReview = defineKind({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
  flavor: "builtin",
  answered: true,
  schema,
});
