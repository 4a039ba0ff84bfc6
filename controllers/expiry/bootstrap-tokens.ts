import { BOOTSTRAP_TOKEN, BOOTSTRAP_TOKEN_NAMESPACE, bootstrapTokenEnd } from "../../apis/core/v1/bootstrap-token.ts";
import type { Secret } from "../../apis/core/v1/secret.ts";
import { deleteInTime } from "./expiring.ts";

/** Deletes tokens to join with when they have expired (kubernetes, pkg/controller/bootstrap/tokencleaner.go). */
export const tokenCleanerController = deleteInTime({
  name: "token-cleaner-controller",
  resource: { group: "", version: "v1", resource: "secrets" },
  selectors: { fieldSelector: `type=${BOOTSTRAP_TOKEN},metadata.namespace=${BOOTSTRAP_TOKEN_NAMESPACE}` },
  endOf: (secret) => bootstrapTokenEnd(secret as Secret),
});
