import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../define-kind.ts";
import { boolean, go, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { userInfo } from "./user-info.ts";

const DEFINITION = "io.k8s.api.authentication.v1";

const audiences = (description: string) => list(description, string("One audience."), { "x-kubernetes-list-type": "atomic" });

const spec = object(
  "The question.",
  {
    token: optional(string("The token.")),
    audiences: optional(audiences("Whom the token should be for: who asks. The API server's own where none is named.")),
  },
  go({ struct: "TokenReviewSpec", type: "v1.TokenReviewSpec", definition: `${DEFINITION}.TokenReviewSpec`, zero: {} }),
);

const status = object(
  "The answer.",
  {
    authenticated: optional(boolean("The token is good, and its user known.")),
    user: optional(userInfo),
    audiences: optional(audiences("Those that were asked about and that the token is good for.")),
    error: optional(string("Why the token is not good.")),
  },
  go({ struct: "TokenReviewStatus", type: "v1.TokenReviewStatus", definition: `${DEFINITION}.TokenReviewStatus`, zero: { user: {} } }),
);

const schema = object(
  "The question whose a token is.",
  { spec, status: optional(status) },
  go({ struct: "TokenReview", definition: `${DEFINITION}.TokenReview` }),
);

export type TokenReview = KubeObject & Static<typeof schema>;

export const tokenReview = defineKind({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  scope: "Cluster",
  flavor: "builtin",
  answered: true,
  schema,
});
