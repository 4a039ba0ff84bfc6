import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../define-kind.ts";
import { dateTime, go, int64, list, object, optional, type Static, string } from "../../typed-schema.ts";

const DEFINITION = "io.k8s.api.authentication.v1";

const boundObjectReference = object(
  "An object that the token ends with.",
  {
    kind: optional(string("Kind of the object: Secret.")),
    apiVersion: optional(string("Group and version of the object's kind.")),
    name: optional(string("Name of the object.")),
    uid: optional(string("Uid of the object.", go({ type: "types.UID" }))),
  },
  go({
    struct: "BoundObjectReference",
    type: "v1.BoundObjectReference",
    definition: `${DEFINITION}.BoundObjectReference`,
    pointer: true,
    zero: null,
  }),
);

const spec = object(
  "What token is wanted.",
  {
    audiences: list(
      "Whom the token is for. Who is shown it has to be one of them, and has to refuse it otherwise. The API server's own where none is named.",
      string("One audience."),
      go({ zero: null }, { "x-kubernetes-list-type": "atomic" }),
    ),
    expirationSeconds: optional(
      int64("How long the token is wanted for; the server may give it for another time.", go({ pointer: true }, { default: 3600 })),
    ),
    boundObjectRef: optional(boundObjectReference),
  },
  go({
    struct: "TokenRequestSpec",
    type: "v1.TokenRequestSpec",
    definition: `${DEFINITION}.TokenRequestSpec`,
    zero: { audiences: null, boundObjectRef: null },
  }),
);

const status = object(
  "The token.",
  {
    token: string("The token itself.", go({ zero: "" })),
    expirationTimestamp: dateTime("When the token expires.", go({ zero: null })),
  },
  go({ struct: "TokenRequestStatus", type: "v1.TokenRequestStatus", definition: `${DEFINITION}.TokenRequestStatus`, zero: {} }),
);

const schema = object(
  "Asks for a token of a service account.",
  { spec, status: optional(status) },
  go({ struct: "TokenRequest", definition: `${DEFINITION}.TokenRequest` }),
);

export type BoundObjectReference = Static<typeof boundObjectReference>;
export type TokenRequest = KubeObject & Static<typeof schema>;

/** Posted to `serviceaccounts/{name}/token`; no resource of its own. */
export const tokenRequest = defineKind({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenRequest",
  plural: "tokenrequests",
  flavor: "builtin",
  answered: true,
  schema,
  strategy: {
    setDefaults: (object) => {
      const request = object as TokenRequest;
      request.spec.expirationSeconds ??= 3600;
    },
  },
});
