/** Differences that end when what they wait for is there. */
const WAITING = {
  certificates: "the recorded server serves ClusterTrustBundles and PodCertificateRequests as well",
  admission: "needs the configurations of webhooks and the admission policies",
  aggregation: "needs APIServices",
  rules: "needs validation rules in CEL",
  laterKinds: "needs kinds of Datum's that are not served yet: connectors, gateways, network interfaces, bindings of locations",
  numbering: "passes but for the names of uids and revisions: earlier steps of the scenario, listed here too, made fewer of them",
} as const;

/** Differences that stay: docs/differences.md says why. */
const ON_PURPOSE = {
  workloads:
    "kinds and groups for nodes and what runs on them are not served (those of the generic control plane that are missing too are listed by themselves)",
  swift:
    "a namespace with nothing in it, in the foreground an object without dependents, and an object without its owner are gone at once, and a quota is counted at once, where the recorded ones took a moment",
  notUtf8: "a name that is no UTF-8 is shown with U+FFFD, where Go shows its bytes",
} as const;

/** Differences that a slow machine makes. */
const OF_A_MOMENT = {
  seconds: "managers stand in the order of the seconds in which they wrote; the recorded ones wrote within one, where names decide",
} as const;

export const REASONS = { ...WAITING, ...ON_PURPOSE, ...OF_A_MOMENT } as const;

/** Steps that differ for these reasons may pass as well: it is a matter of moments. */
export const SOMETIMES: ReadonlySet<string> = new Set<keyof typeof REASONS>(["swift", "seconds"]);

export type Reason = keyof typeof REASONS;

/** Why a whole scenario cannot be answered alike; or which of its steps cannot, and all the others have to be. */
export type Expected = Reason | { readonly [reason in Reason]?: readonly string[] };

/**
 * The recorded answers that differ. The list shrinks: what passes has to be taken off it, and nothing is put on it that ought to pass.
 */
export const EXPECTED_DIFFERENCES: Readonly<Record<string, Expected>> = {
  "apply/roles-and-webhooks.json": {
    admission: [
      "aa applies a webhook",
      "bb adds another",
      "bb conflicts on that of aa",
      "an injector writes the caBundle",
      "aa applies as before",
      "aa gives its own up",
    ],
  },
  "apply/service-account-quota-namespace.json": { swift: ["bb applies another key", "aa applies quantities as numbers"] },
  "apply/terminating.json": { swift: ["apply into it"] },
  "controllers/namespace-finalizers.json": { seconds: ["the subresource does"] },
  "crd/immutable-fields-and-stored-versions.json": { seconds: ["an empty storedVersions"] },
  "crd/invalid-defaults.json": { rules: ["a default that breaks a rule"] },
  "crd/lifecycle.json": { seconds: ["labels do not change the generation"] },
  "datum/connector-rules.json": "laterKinds",
  "datum/discovery.json": { laterKinds: ["the kinds of networking that come first"] },
  "datum/domain-rules.json": "laterKinds",
  "datum/httpproxy-defaults.json": "laterKinds",
  "datum/location-rules.json": {
    rules: ["a latitude too far north", "a longitude too far west", "a latitude that is no number: the pattern and the rule both speak"],
    numbering: ["a body that names a namespace"],
  },
  "datum/locationbinding-apply.json": "laterKinds",
  "datum/networkbinding-rules.json": {
    rules: ["another network", "a namespace added to the network", "another location", "both at once (their order is free)"],
  },
  "datum/networkinterfaceclaim-rules.json": "laterKinds",
  "datum/table-columns.json": {
    laterKinds: ["the columns of locationbindings", "the columns of networkinterfaces", "the columns of networkinterfaceclaims"],
  },
  "datum/trafficprotectionpolicy-rules.json": "laterKinds",
  "discovery/aggregated.json": {
    workloads: ["/apis aggregated (recorded for the generic groups only)", "/api aggregated (recorded for the generic kinds only)"],
  },
  "discovery/custom-resource.json": { aggregation: ["its APIService"] },
  "discovery/groups.json": {
    workloads: ["/apis (recorded for the generic groups only)"],
    aggregation: ["group document of apiregistration.k8s.io"],
    admission: ["group document of admissionregistration.k8s.io"],
  },
  "discovery/resource-lists.json": {
    workloads: ["core v1"],
    aggregation: ["apiregistration.k8s.io v1"],
    certificates: ["certificates.k8s.io v1"],
    admission: ["admissionregistration.k8s.io v1"],
  },
  "encodings/unicode.json": { notUtf8: ["a name that is no UTF-8 in the path"] },
  "list-watch/watch-finalizers.json": { swift: ["release"] },
  "metadata/delete-answers.json": { swift: ["ResourceQuota: delete"] },
  "patch/invalid-results.json": {
    rules: ["a transition rule", "a label that is a number"],
  },
  "patch/status-subresource.json": { swift: ["the status of a quota: spec and labels are ignored"] },
  "tables/built-in-kinds.json": {
    admission: ["webhook configuration", "table of webhook configurations"],
  },
  "tables/json-paths.json": { swift: ["the table"] },
  "validation/ratcheting.json": {
    rules: [
      "a label",
      "with r added everything old passes",
      "r and the same wrong string",
      "r and a good string",
      "another wrong number",
      "an item of a keyed list is added",
      "the keyed list in another order",
      "a map entry is added",
      "the object that lacks a is not touched",
      "the CEL rule of an unchanged field warns",
      "the CEL rule of a changed field",
      "r is there but the wrong string is removed",
      "apply",
    ],
  },
};
