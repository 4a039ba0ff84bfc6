/** What may be in a ResourceQuota (kubernetes, pkg/apis/core/validation and pkg/apis/core/helper). */
import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { GoStruct } from "../../../apimachinery/go-text.ts";
import { Quantity } from "../../../apimachinery/quantity/quantity.ts";
import { validateQualifiedName } from "../../../apimachinery/validation/names.ts";
import type { ResourceList, ResourceQuota } from "./resource-quota.ts";

type Spec = NonNullable<ResourceQuota["spec"]>;
type Status = NonNullable<ResourceQuota["status"]>;

const SPEC = FieldPath.of("spec");
const STATUS = FieldPath.of("status");

export function specErrors(spec: Spec): FieldError[] {
  return [...amountErrors(spec.hard ?? {}, SPEC.child("hard")), ...scopeErrors(spec), ...selectorErrors(spec)];
}

export function updateErrors(spec: Spec, old: Spec): FieldError[] {
  const [scopes, before] = [new Set(spec.scopes), new Set(old.scopes)];
  const same = scopes.size === before.size && [...scopes].every((scope) => before.has(scope));
  return [...specErrors(spec), ...(same ? [] : [invalid(SPEC.child("scopes"), spec.scopes ?? null, "field is immutable")])];
}

export function statusErrors({ hard = {}, used = {} }: Status): FieldError[] {
  return [...amountErrors(hard, STATUS.child("hard")), ...amountErrors(used, STATUS.child("used"))];
}

function amountErrors(amounts: ResourceList, path: FieldPath): FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const at = path.key(name);
    const errors = nameErrors(name, at);
    const quantity = Quantity.parse(amount);
    if (quantity.sign < 0) errors.push(invalid(at, amount, "must be greater than or equal to 0"));
    if (isWhole(name) && !quantity.roundedToMilli().isInteger) errors.push(invalid(at, amount, "must be an integer"));
    return errors;
  });
}

function nameErrors(name: string, path: FieldPath): FieldError[] {
  const errors = validateQualifiedName(name).map((text) => invalid(path, name, text));
  if (name.includes("/")) return errors;
  if (errors.length === 0 && !isStandard(name) && name !== "storage") {
    errors.push(invalid(path, name, "must be a standard resource type or fully qualified"));
  }
  if (!isStandard(name)) errors.push(invalid(path, name, "must be a standard resource for quota"));
  return errors;
}

/** Counted in whole objects. */
const COUNTED = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

const MEASURED = new Set([
  ...["cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage"],
  ...["limits.cpu", "limits.memory", "limits.ephemeral-storage"],
]);

const isStandard = (name: string) =>
  COUNTED.has(name) || MEASURED.has(name) || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");

/** Besides what is counted, what others named: `example.com/gpu`, and `count/networks.networking.datumapis.com`. */
const isWhole = (name: string) => COUNTED.has(name) || isExtended(name);

const isExtended = (name: string) =>
  name.includes("/") &&
  !name.includes("kubernetes.io/") &&
  !name.startsWith("requests.") &&
  validateQualifiedName(`requests.${name}`).length === 0;

const PODS = ["pods"];
const COMPUTE = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
const CLAIMS = ["persistentvolumeclaims", "requests.storage"];

/** What each scope can be applied to. */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Terminating", new Set([...PODS, ...COMPUTE])],
  ["NotTerminating", new Set([...PODS, ...COMPUTE])],
  ["BestEffort", new Set(PODS)],
  ["NotBestEffort", new Set([...PODS, ...COMPUTE])],
  ["PriorityClass", new Set([...PODS, ...COMPUTE])],
  ["CrossNamespacePodAffinity", new Set([...PODS, ...COMPUTE])],
  ["VolumeAttributesClass", new Set(CLAIMS)],
]);

/** Scopes that need no values: they hold of an object or do not. */
const PLAIN_SCOPES = new Set(["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"]);

/** Names of limits that a scope cannot be applied to. */
const misfits = (scope: string, { hard = {} }: Spec): string[] => {
  const fitting = SCOPES.get(scope);
  return fitting === undefined ? [] : Object.keys(hard).filter((name) => isStandard(name) && !fitting.has(name));
};

function scopeErrors(spec: Spec): FieldError[] {
  const { scopes = [] } = spec;
  const at = SPEC.child("scopes");
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) errors.push(invalid(at, scopes, "unsupported scope"));
    for (const _ of misfits(scope, spec)) errors.push(invalid(at, scopes, "unsupported scope applied to resource"));
  }
  return [...errors, ...contradictions(scopes, at, scopes)];
}

const CONTRADICTORY = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

const contradictions = (scopes: readonly string[], at: FieldPath, shown: readonly string[] | null) =>
  CONTRADICTORY.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() => invalid(at, shown, "conflicting scopes"));

function selectorErrors(spec: Spec): FieldError[] {
  const { scopeSelector } = spec;
  if (scopeSelector === undefined) return [];
  const { matchExpressions = [] } = scopeSelector;
  const at = SPEC.child("scopeSelector", "matchExpressions");
  const errors: FieldError[] = [];
  for (const { scopeName, operator, values = [] } of matchExpressions) {
    if (!SCOPES.has(scopeName)) errors.push(invalid(at.child("scopeName"), scopeName, "unsupported scope"));
    for (const _ of misfits(scopeName, spec)) errors.push(invalid(at, internal(scopeSelector), "unsupported scope applied to resource"));
    if (PLAIN_SCOPES.has(scopeName) && operator !== "Exists") errors.push(invalid(at.child("operator"), operator, MUST_EXIST));
    switch (operator) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          errors.push(required(at.child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          errors.push(
            invalid(at.child("values"), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
          );
        }
        break;
      default:
        errors.push(invalid(at.child("operator"), operator, "not a valid selector operator"));
    }
  }
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  return [...errors, ...contradictions(names, at, spec.scopes ?? null)];
}

const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
  "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

/** The selector as it is shown: by the names of Go's fields. */
const internal = ({ matchExpressions }: NonNullable<Spec["scopeSelector"]>) =>
  new GoStruct({
    MatchExpressions:
      matchExpressions?.map(
        ({ scopeName, operator, values }) => new GoStruct({ ScopeName: scopeName, Operator: operator, Values: values ?? null }),
      ) ?? null,
  });
