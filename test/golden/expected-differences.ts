/** Why a scenario cannot be answered alike yet, or is not on purpose. */
export const REASONS = {
  definitions: "needs a CustomResourceDefinition of its own; they cannot be created yet",
  rbac: "needs RBAC kinds (Role, ClusterRole and their bindings), which come with authorization",
  rights: "a user without rights may read discovery by roles that come with RBAC",
  reviews: "needs token requests and reviews of access, which come with authentication and authorization",
  anonymous: "kube-apiserver lets anonymous users in and answers 403; here requests without credentials get 401",
  certificates: "needs CertificateSigningRequests, which come with authentication",
  quota: "needs ResourceQuotas, which come with admission policies",
  groups: "lists kinds and groups that are not served (workloads, RBAC, admission, flow control, aggregation)",
  aggregatedForms: "aggregated discovery in YAML and protobuf comes with the encodings",
  protobufDiscovery: "discovery documents in protobuf come with the encodings",
  compaction: "asks for the first revisions of a server that has compacted them; a new server still has them",
  numbering: "earlier steps of the scenario could not be played, so that uids and revisions are numbered otherwise",
} as const;

export interface Difference {
  /** How many of its steps differ. */
  readonly steps: number;
  readonly reasons: readonly (keyof typeof REASONS)[];
}

/**
 * The scenarios that differ, each with the reasons. The list shrinks: what passes is taken off it, and nothing is put on it that ought to pass.
 */
export const EXPECTED_DIFFERENCES: Readonly<Record<string, Difference>> = {
  "discovery/accept-negotiation.json": { steps: 1, reasons: ["reviews"] },
  "discovery/aggregated.json": { steps: 6, reasons: ["groups", "aggregatedForms", "protobufDiscovery", "anonymous"] },
  "discovery/custom-resource.json": { steps: 18, reasons: ["definitions", "groups"] },
  "discovery/groups.json": { steps: 9, reasons: ["groups", "reviews", "certificates", "rbac", "protobufDiscovery"] },
  "discovery/methods.json": { steps: 5, reasons: ["reviews"] },
  "discovery/openapi-v2.json": { steps: 6, reasons: ["definitions"] },
  "discovery/openapi-v3.json": { steps: 17, reasons: ["definitions", "anonymous"] },
  "discovery/resource-lists.json": { steps: 11, reasons: ["groups", "reviews", "certificates", "rbac", "protobufDiscovery"] },
  "discovery/unknown-paths.json": { steps: 4, reasons: ["rbac", "quota", "anonymous"] },
  "discovery/version-and-roots.json": { steps: 4, reasons: ["protobufDiscovery", "anonymous", "rights"] },
  "errors/field-validation.json": { steps: 27, reasons: ["rbac"] },
  "errors/forbidden.json": { steps: 7, reasons: ["reviews", "rights", "anonymous"] },
  "errors/immutable-fields.json": { steps: 6, reasons: ["rbac", "quota"] },
  "errors/impersonation.json": { steps: 16, reasons: ["reviews", "anonymous"] },
  "errors/kind-version-name-mismatch.json": { steps: 2, reasons: ["rbac", "numbering"] },
  "errors/missing-and-terminating-namespaces.json": { steps: 1, reasons: ["reviews"] },
  "errors/watch-options.json": { steps: 1, reasons: ["compaction"] },
  "kinds/certificate-signing-requests.json": { steps: 30, reasons: ["certificates"] },
  "kinds/rbac.json": { steps: 31, reasons: ["rbac"] },
  "kinds/resource-quotas.json": { steps: 21, reasons: ["quota"] },
  "kinds/service-accounts.json": { steps: 15, reasons: ["reviews"] },
  "kinds/tables.json": { steps: 7, reasons: ["rbac", "numbering"] },
  "list-watch/expired.json": { steps: 8, reasons: ["compaction"] },
  "list-watch/field-selectors-of-cluster-kinds.json": { steps: 5, reasons: ["rbac", "certificates"] },
  "list-watch/field-selectors-of-custom-resources.json": { steps: 1, reasons: ["definitions"] },
  "list-watch/watch-cluster-kinds.json": { steps: 8, reasons: ["definitions"] },
  "list-watch/watch-custom-resources.json": { steps: 1, reasons: ["definitions"] },
  "list-watch/watch-transformed.json": { steps: 1, reasons: ["definitions"] },
  "metadata/delete-answers.json": { steps: 13, reasons: ["quota", "numbering", "rbac"] },
  "metadata/dry-run.json": { steps: 2, reasons: ["reviews"] },
  "metadata/generate-name.json": { steps: 1, reasons: ["rbac"] },
  "metadata/generation.json": { steps: 26, reasons: ["definitions"] },
  "metadata/put-creates.json": { steps: 9, reasons: ["quota", "rbac"] },
  "patch/field-validation.json": { steps: 14, reasons: ["definitions"] },
  "patch/identity.json": { steps: 19, reasons: ["definitions"] },
  "patch/invalid-results.json": { steps: 17, reasons: ["definitions", "rbac", "quota"] },
  "patch/json-patch-on-custom-resources.json": { steps: 25, reasons: ["definitions"] },
  "patch/media-types.json": { steps: 10, reasons: ["definitions"] },
  "patch/missing-things.json": { steps: 1, reasons: ["rbac"] },
  "patch/no-change.json": { steps: 16, reasons: ["definitions"] },
  "patch/resource-version.json": { steps: 8, reasons: ["definitions"] },
  "patch/scale-subresource.json": { steps: 19, reasons: ["definitions"] },
  "patch/status-subresource.json": { steps: 22, reasons: ["definitions", "quota"] },
  "tables/accept.json": { steps: 38, reasons: ["rbac"] },
  "tables/built-in-kinds.json": { steps: 15, reasons: ["rbac", "quota", "definitions", "groups"] },
  "tables/custom-resource-defaults.json": { steps: 24, reasons: ["definitions"] },
  "tables/json-paths.json": { steps: 17, reasons: ["definitions"] },
  "tables/printer-columns.json": { steps: 22, reasons: ["definitions"] },
  "tables/writes.json": { steps: 19, reasons: ["rbac", "quota", "numbering", "reviews"] },
};
