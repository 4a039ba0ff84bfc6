/** The controllers that `--controllers` chooses from. Those that a kube-controller-manager has too carry its names. */
export const CONTROLLER_NAMES = [
  "namespace-controller",
  "garbage-collector-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "root-ca-certificate-publisher-controller",
  "token-cleaner-controller",
  "clusterrole-aggregation-controller",
  "certificatesigningrequest-signing-controller",
  "certificatesigningrequest-cleaner-controller",
  "resourcequota-controller",
  "network-controller",
] as const;

export type ControllerName = (typeof CONTROLLER_NAMES)[number];
