import type { GroupResource, KubeObject } from "../../../apimachinery/object.ts";
import { Quantity } from "../../../apimachinery/quantity/quantity.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { go, list, map, object, optional, type Static, string } from "../../typed-schema.ts";
import { specErrors, statusErrors, updateErrors } from "./resource-quota-rules.ts";

const DEFINITION = "io.k8s.api.core.v1";

const amounts = (description: string) =>
  optional(map(description, string(undefined, go({ type: "resource.Quantity" })), go({ type: "v1.ResourceList" })));

const requirement = object(
  "One condition on an object.",
  {
    scopeName: string("The scope that is looked at.", go({ type: "v1.ResourceQuotaScope", zero: "" })),
    operator: string("How: In, NotIn, Exists or DoesNotExist.", go({ type: "v1.ScopeSelectorOperator", zero: "" })),
    values: optional(list("What In and NotIn compare with; the others take none.", string(), { "x-kubernetes-list-type": "atomic" })),
  },
  go({
    struct: "ScopedResourceSelectorRequirement",
    type: "v1.ScopedResourceSelectorRequirement",
    definition: `${DEFINITION}.ScopedResourceSelectorRequirement`,
  }),
);

const spec = object(
  "What the namespace may have.",
  {
    hard: amounts(
      "The most there may be of each: `count/networks.networking.datumapis.com` is a number of objects, as `configmaps` and `secrets` are.",
    ),
    scopes: optional(
      list(
        "Only objects within all of these scopes are counted. They cannot be changed.",
        string(undefined, go({ type: "v1.ResourceQuotaScope" })),
        {
          "x-kubernetes-list-type": "atomic",
        },
      ),
    ),
    scopeSelector: optional(
      object(
        "Conditions on scopes: only objects that fulfil all of them are counted.",
        { matchExpressions: optional(list("The conditions.", requirement, { "x-kubernetes-list-type": "atomic" })) },
        go(
          {
            struct: "ScopeSelector",
            type: "v1.ScopeSelector",
            definition: `${DEFINITION}.ScopeSelector`,
            pointer: true,
          },
          { "x-kubernetes-map-type": "atomic" },
        ),
      ),
    ),
  },
  go({ struct: "ResourceQuotaSpec", type: "v1.ResourceQuotaSpec", definition: `${DEFINITION}.ResourceQuotaSpec`, zero: {} }),
);

const status = object(
  "What is held to, and how much there is.",
  { hard: amounts("The limits in force."), used: amounts("How much the namespace has of each.") },
  go({ struct: "ResourceQuotaStatus", type: "v1.ResourceQuotaStatus", definition: `${DEFINITION}.ResourceQuotaStatus`, zero: {} }),
);

const schema = object(
  "Limits what a namespace may have.",
  { spec: optional(spec), status: optional(status) },
  go({ struct: "ResourceQuota", definition: `${DEFINITION}.ResourceQuota` }),
);

export type ResourceQuota = KubeObject & Static<typeof schema>;

/** Amounts by what is limited, in canonical form. */
export type ResourceList = Readonly<Record<string, string>>;

/** Kubernetes, pkg/registry/core/resourcequota/strategy.go, pkg/apis/core/validation and pkg/printers/internalversion. */
export const resourceQuota = defineKind({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "Request", description: "How much there is of what, and how much there may be.", cell: (object) => usage(object, false) },
    { name: "Limit", description: "The same of what is named after limits.", cell: (object) => usage(object, true) },
    AGE,
  ],
  subresources: { status: {} },
  strategy: {
    allowUnconditionalUpdate: true,
    returnsDeletedObject: true,
    prepareForCreate: (object) => {
      object.status = {};
    },
    prepareForUpdate: (object, old) => {
      object.status = old.status;
    },
    validate: (object) => specErrors((object as ResourceQuota).spec ?? {}),
    validateUpdate: (object, old) => updateErrors((object as ResourceQuota).spec ?? {}, (old as ResourceQuota).spec ?? {}),
    validateStatusUpdate: (object) => statusErrors((object as ResourceQuota).status ?? {}),
    warnings: (object, old) => (old === undefined ? requestsAboveLimits((object as ResourceQuota).spec?.hard ?? {}) : []),
  },
});

/** `count/leases.coordination.k8s.io: 2/5, secrets: 0/3`: of what begins with `limits.`, or of the rest. */
function usage(object: KubeObject, limits: boolean): string {
  const { hard = {}, used = {} } = (object as ResourceQuota).status ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith("limits.") === limits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? "0"}/${hard[name]}`)
    .join(", ");
}

function requestsAboveLimits(hard: ResourceList): string[] {
  return ["cpu", "memory", "storage", "ephemeral-storage"].flatMap((name) => {
    const bare = name === "cpu" || name === "memory" ? name : undefined;
    const request = [`requests.${name}`, bare].find((candidate) => candidate !== undefined && hard[candidate] !== undefined);
    const [requested, limit] = [request && hard[request], hard[`limits.${name}`]];
    if (requested === undefined || limit === undefined || Quantity.parse(requested).compare(Quantity.parse(limit)) <= 0) return [];
    return [`ResourceQuota ${request} (${requested}) should be less than limits.${name} (${limit})`];
  });
}

/** Of the core group, what had a name in quotas before everything had one. */
const FORMER_NAMES: ReadonlySet<string> = new Set(["configmaps", "resourcequotas", "secrets"]);

/** What nobody counts: it is not stored, or comes and goes by itself (kubernetes, pkg/quota/v1/install). */
const UNCOUNTED: ReadonlySet<string> = new Set([
  "events.",
  "events.events.k8s.io",
  "tokenreviews.authentication.k8s.io",
  "selfsubjectreviews.authentication.k8s.io",
  "subjectaccessreviews.authorization.k8s.io",
  "selfsubjectaccessreviews.authorization.k8s.io",
  "localsubjectaccessreviews.authorization.k8s.io",
  "selfsubjectrulesreviews.authorization.k8s.io",
]);

/** Whether a quota may limit how many objects of a resource there are. */
export const isCountable = ({ group, resource }: GroupResource): boolean => !UNCOUNTED.has(`${resource}.${group}`);

/** The names by which a quota may limit how many objects of a resource there are. */
export function namesOfCount({ group, resource }: GroupResource): readonly string[] {
  if (group !== "") return [`count/${resource}.${group}`];
  return FORMER_NAMES.has(resource) ? [`count/${resource}`, resource] : [`count/${resource}`];
}

/** The quota is for objects within a scope: none fits what is merely counted. */
export const isScoped = ({ spec }: ResourceQuota): boolean =>
  (spec?.scopes?.length ?? 0) > 0 || (spec?.scopeSelector?.matchExpressions?.length ?? 0) > 0;
