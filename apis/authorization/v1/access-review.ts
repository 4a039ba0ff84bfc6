/** What the three access reviews have in common. */
import type { KubeObject } from "../../../apimachinery/object.ts";
import { boolean, go, list, map, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION, nonResourceAttributes, resourceAttributes } from "./attributes.ts";

export const subjectSpec = object(
  "What somebody wants to do. One of the two sorts of rights is given.",
  {
    resourceAttributes: optional(resourceAttributes),
    nonResourceAttributes: optional(nonResourceAttributes),
    user: optional(string("The name of who wants to.")),
    groups: optional(list("The groups that they are in.", string("One group."), { "x-kubernetes-list-type": "atomic" })),
    extra: optional(
      map(
        "What else an authenticator told of them.",
        list("The values under one key.", string("One value."), go({ type: "v1.ExtraValue" })),
        go({ type: "map[string]v1.ExtraValue" }),
      ),
    ),
    uid: optional(string("Their uid.")),
  },
  go({
    struct: "SubjectAccessReviewSpec",
    type: "v1.SubjectAccessReviewSpec",
    definition: `${DEFINITION}.SubjectAccessReviewSpec`,
    zero: {},
  }),
);

export const status = object(
  "What the server answers.",
  {
    allowed: boolean("Whether they may.", go({ zero: false })),
    denied: optional(boolean("True when it is forbidden; else nobody but lacks an opinion, which is as good as forbidden.")),
    reason: optional(string("Why.")),
    evaluationError: optional(string("What went wrong while it was decided; it may be allowed all the same.")),
  },
  go({
    struct: "SubjectAccessReviewStatus",
    type: "v1.SubjectAccessReviewStatus",
    definition: `${DEFINITION}.SubjectAccessReviewStatus`,
    zero: { allowed: false },
  }),
);

export type AccessSpec = Static<typeof subjectSpec>;
export type AccessStatus = Static<typeof status>;

/** Any of them: what is asked of oneself names nobody. */
export type AccessReview = KubeObject & { spec: AccessSpec; status?: AccessStatus };
