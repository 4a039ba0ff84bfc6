import type { KubeObject } from "../../../apimachinery/object.ts";
import { tokenRequest } from "../../authentication/v1/token-request.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { boolean, go, keyedList, list, object, optional, type Static } from "../../typed-schema.ts";
import { localObjectReference, objectReference } from "./object-reference.ts";

const schema = object(
  "An identity for programs; they prove it with a token.",
  {
    secrets: optional(
      keyedList(
        "Secrets that programs under this identity may use; by name, in the same namespace.",
        ["name"],
        objectReference("One Secret."),
        {
          "x-kubernetes-patch-merge-key": "name",
          "x-kubernetes-patch-strategy": "merge",
        },
      ),
    ),
    imagePullSecrets: optional(
      list("Secrets with the credentials of image registries.", localObjectReference("One Secret."), {
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    automountServiceAccountToken: optional(
      boolean("Whether programs are handed a token of this identity without asking.", go({ pointer: true })),
    ),
  },
  go({ struct: "ServiceAccount", definition: "io.k8s.api.core.v1.ServiceAccount" }),
);

export type ServiceAccount = KubeObject & Static<typeof schema>;

const ENFORCE_MOUNTABLE_SECRETS = "kubernetes.io/enforce-mountable-secrets";

export const serviceAccount = defineKind({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  flavor: "builtin",
  schema,
  columns: [NAME_COLUMN, AGE],
  subresources: { token: tokenRequest },
  strategy: {
    allowUnconditionalUpdate: true,
    returnsDeletedObject: true,
    prepareForCreate: keepNamesOfSecrets,
    prepareForUpdate: keepNamesOfSecrets,
    warnings: ({ metadata }, old) =>
      metadata.annotations?.[ENFORCE_MOUNTABLE_SECRETS] !== undefined &&
      old?.metadata.annotations?.[ENFORCE_MOUNTABLE_SECRETS] === undefined
        ? [
            `metadata.annotations[${ENFORCE_MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
          ]
        : [],
  },
});

/** Nothing but the names of Secrets is stored. */
function keepNamesOfSecrets(object: KubeObject): void {
  const { secrets } = object as ServiceAccount;
  if (secrets !== undefined) object.secrets = secrets.map(({ name }) => (name ? { name } : {}));
}
