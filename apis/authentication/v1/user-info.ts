import { go, list, map, object, optional, string } from "../../typed-schema.ts";

const DEFINITION = "io.k8s.api.authentication.v1";

/** Who somebody is, as reviews tell it. */
export const userInfo = object(
  "A user as the server knows them.",
  {
    username: optional(string("The name, unique among all users at one time.")),
    uid: optional(string("Tells users apart who have the same name at different times.")),
    groups: optional(list("The groups that the user is in.", string("One group."), { "x-kubernetes-list-type": "atomic" })),
    extra: optional(
      map(
        "What else the authenticator tells of the user.",
        list("The values under one key.", string("One value."), go({ type: "v1.ExtraValue" })),
      ),
    ),
  },
  go({ struct: "UserInfo", type: "v1.UserInfo", definition: `${DEFINITION}.UserInfo`, zero: {} }),
);
