import { bootstrapPolicyController } from "./bootstrap-policy/bootstrap-policy-controller.ts";
import { certificateSigningController, type Signing } from "./certificate-signing/certificate-signing-controller.ts";
import { clusterRoleAggregationController } from "./cluster-role-aggregation/cluster-role-aggregation-controller.ts";
import { definitionsController } from "./custom-resource-definitions/definitions-controller.ts";
import { tokenCleanerController } from "./expiry/bootstrap-tokens.ts";
import { certificateCleanerController } from "./expiry/certificate-requests.ts";
import { flowControlController } from "./flow-control/flow-control-controller.ts";
import { garbageCollector } from "./garbage-collector/garbage-collector.ts";
import { namespaceController } from "./namespace/namespace-controller.ts";
import { serviceAccountController } from "./namespace-objects/default-service-account.ts";
import { rootCertificateController } from "./namespace-objects/root-certificate.ts";
import { networkController } from "./network/network-controller.ts";
import { resourceQuotaController } from "./resource-quota/resource-quota-controller.ts";
import type { Controller } from "./runtime/controller.ts";
import { type TokenSource, tokenSecretsController } from "./service-account-tokens/token-secrets-controller.ts";
import { systemNamespacesController } from "./system-namespaces/system-namespaces-controller.ts";

/** What controllers are lent of the program: what it takes a key for that they do not see. */
export interface Lent {
  readonly signing: Signing;
  readonly tokens: TokenSource;
}

/** Without these it is no API server: they always run, as within a kube-apiserver. */
export const serverControllers: readonly Controller[] = [
  systemNamespacesController,
  bootstrapPolicyController,
  flowControlController(),
  definitionsController,
];

/** Every other controller, one line each; `names.ts` names them. */
export const controllers = ({ signing, tokens }: Lent): readonly Controller[] => [
  namespaceController,
  garbageCollector,
  serviceAccountController,
  tokenSecretsController(tokens),
  rootCertificateController(tokens.certificate),
  tokenCleanerController,
  clusterRoleAggregationController,
  certificateSigningController(signing),
  certificateCleanerController,
  resourceQuotaController,
  networkController,
];
