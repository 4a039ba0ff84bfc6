/**
 * The roles and bindings that every server has: those of kube-apiserver that say something about what is served here (kubernetes,
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go), and the rights over Datum's kinds, for the three roles that people are given.
 */

import { kinds } from "../../apis/kinds.ts";
import type { PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";

export interface BootstrapRole {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
  /** The role is the sum of those with these labels. */
  readonly aggregates?: string;
}

/** A role is bound to these groups. */
export interface BootstrapBinding {
  readonly role: string;
  readonly groups: readonly string[];
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const READ_WRITE = [...READ, ...WRITE].sort();

const on = (group: string, resources: readonly string[], verbs: readonly string[], ...names: string[]): PolicyRule => ({
  verbs: [...verbs],
  apiGroups: [group],
  resources: [...resources],
  ...(names.length > 0 && { resourceNames: names }),
});
const get = (...paths: string[]): PolicyRule => ({ verbs: ["get"], nonResourceURLs: paths.sort() });

const HEALTH = ["/healthz", "/livez", "/readyz"];
const VERSION = ["/version", "/version/"];
const AUTHENTICATION = "authentication.k8s.io";
const AUTHORIZATION = "authorization.k8s.io";

/** A role with this label is a part of `admin`, `edit` or `view`. */
const partOf = (role: "admin" | "edit" | "view") => `rbac.authorization.k8s.io/aggregate-to-${role}`;
const isPartOf = (role: "admin" | "edit" | "view") => ({ [partOf(role)]: "true" });

export const CLUSTER_ROLES: readonly BootstrapRole[] = [
  { name: "cluster-admin", rules: [on("*", ["*"], ["*"]), { verbs: ["*"], nonResourceURLs: ["*"] }] },
  { name: "system:discovery", rules: [get(...HEALTH, ...VERSION, "/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")] },
  {
    name: "system:monitoring",
    rules: [get(...HEALTH, ...HEALTH.map((path) => `${path}/*`), "/metrics", "/metrics/slis", "/flagz", "/statusz")],
  },
  {
    name: "system:basic-user",
    rules: [
      on(AUTHORIZATION, ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
      on(AUTHENTICATION, ["selfsubjectreviews"], ["create"]),
    ],
  },
  { name: "system:public-info-viewer", rules: [get(...HEALTH, ...VERSION)] },
  {
    name: "system:auth-delegator",
    rules: [on(AUTHENTICATION, ["tokenreviews"], ["create"]), on(AUTHORIZATION, ["subjectaccessreviews"], ["create"])],
  },
  {
    name: "system:service-account-issuer-discovery",
    rules: [get("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/")],
  },
  ...["legacy-unknown", "kube-apiserver-client"].map((signer) => ({
    name: `system:certificates.k8s.io:${signer}-approver`,
    rules: [on("certificates.k8s.io", ["signers"], ["approve"], `kubernetes.io/${signer}`)],
  })),

  { name: "admin", aggregates: partOf("admin") },
  { name: "edit", labels: isPartOf("admin"), aggregates: partOf("edit") },
  { name: "view", labels: isPartOf("edit"), aggregates: partOf("view") },
  {
    name: "system:aggregate-to-admin",
    labels: isPartOf("admin"),
    rules: [
      on(AUTHORIZATION, ["localsubjectaccessreviews"], ["create"]),
      on("rbac.authorization.k8s.io", ["rolebindings", "roles"], READ_WRITE),
    ],
  },
  {
    name: "system:aggregate-to-edit",
    labels: isPartOf("edit"),
    rules: [
      on("", ["secrets"], READ),
      on("", ["serviceaccounts"], ["impersonate"]),
      on("", ["configmaps", "events", "secrets", "serviceaccounts"], WRITE),
      on("", ["serviceaccounts/token"], ["create"]),
      on("coordination.k8s.io", ["leases"], READ_WRITE),
    ],
  },
  {
    name: "system:aggregate-to-view",
    labels: isPartOf("view"),
    rules: [
      on("", ["configmaps", "serviceaccounts"], READ),
      on("", ["events", "namespaces/status", "resourcequotas", "resourcequotas/status"], READ),
      on("", ["namespaces"], READ),
    ],
  },
  { name: "datum:aggregate-to-edit", labels: isPartOf("edit"), rules: datumRules(WRITE, []) },
  { name: "datum:aggregate-to-view", labels: isPartOf("view"), rules: datumRules(READ, ["status"]) },
];

/** Rights over all kinds of Datum's, a rule for each group, and over some of their subresources; `scale` is for everybody who has the rest. */
function datumRules(verbs: readonly string[], subresources: readonly ("status" | "scale")[]): PolicyRule[] {
  const datum = kinds.filter(({ flavor }) => flavor === "custom");
  return [...new Set(datum.map(({ group }) => group))].sort().map((group) => {
    const resources = datum
      .filter((kind) => kind.group === group)
      .flatMap(({ plural, subresources: offered }) => [
        plural,
        ...(["scale", ...subresources] as const).filter((part) => Object.hasOwn(offered, part)).map((part) => `${plural}/${part}`),
      ]);
    return on(group, [...new Set(resources)].sort(), verbs);
  });
}

const EVERYBODY = ["system:authenticated", "system:unauthenticated"];

export const CLUSTER_ROLE_BINDINGS: readonly BootstrapBinding[] = [
  { role: "cluster-admin", groups: ["system:masters"] },
  { role: "system:discovery", groups: ["system:authenticated"] },
  { role: "system:basic-user", groups: ["system:authenticated"] },
  { role: "system:public-info-viewer", groups: EVERYBODY },
  { role: "system:monitoring", groups: ["system:monitoring"] },
  { role: "system:service-account-issuer-discovery", groups: ["system:serviceaccounts"] },
];

/** Roles of the namespace kube-system. */
export const SYSTEM_ROLES: readonly BootstrapRole[] = [
  {
    name: "extension-apiserver-authentication-reader",
    rules: [on("", ["configmaps"], READ, "extension-apiserver-authentication")],
  },
];
