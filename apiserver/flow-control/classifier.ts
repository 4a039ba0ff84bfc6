import type { FlowSchemaSpec } from "../../apis/flowcontrol/v1/flow-schema.ts";
import { ALL, type FlowSubject, type NonResourceRule, type ResourceRule } from "../../apis/flowcontrol/v1/policy-rules.ts";
import type { UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";

/** What a request is told apart by. */
export type Classified = Pick<RequestInfo, "verb" | "isResource" | "path" | "group" | "resource" | "subresource" | "namespace">;

/** A schema that requests can be assigned to. */
export interface Classifiable {
  readonly spec: FlowSchemaSpec;
}

/** What a schema says of the requests of one user. */
interface Candidate<T> {
  readonly schema: T;
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
}

interface Known<T> {
  readonly groups: readonly string[];
  readonly candidates: readonly Candidate<T>[];
}

/** Users whose schemas are remembered. */
const REMEMBERED = 10_000;

const SERVICE_ACCOUNT = "system:serviceaccount:";

/**
 * Tells which schema a request belongs to: the first that matches, in the order given (k8s.io/apiserver, pkg/util/flowcontrol/rule.go). Which
 * schemas speak of a user at all is worked out once.
 */
export class Classifier<T extends Classifiable> {
  readonly #schemas: readonly T[];
  readonly #otherwise: T;
  readonly #known = new Map<string, Known<T>>();

  /** @param otherwise the schema of what no other one matches */
  constructor(schemas: readonly T[], otherwise: T) {
    this.#schemas = schemas;
    this.#otherwise = otherwise;
  }

  schemaOf(user: UserInfo, request: Classified): T {
    for (const { schema, resourceRules, nonResourceRules } of this.#candidates(user)) {
      if (request.isResource) {
        for (const rule of resourceRules) if (matchesResource(rule, request)) return schema;
      } else {
        for (const rule of nonResourceRules) if (matchesPath(rule, request)) return schema;
      }
    }
    return this.#otherwise;
  }

  #candidates(user: UserInfo): readonly Candidate<T>[] {
    const known = this.#known.get(user.name);
    if (known !== undefined && sameTexts(known.groups, user.groups)) return known.candidates;
    const candidates = this.#schemas.flatMap((schema) => {
      const rules = (schema.spec.rules ?? []).filter(({ subjects }) => (subjects ?? []).some((subject) => isMeant(subject, user)));
      if (rules.length === 0) return [];
      return {
        schema,
        resourceRules: rules.flatMap(({ resourceRules }) => resourceRules ?? []),
        nonResourceRules: rules.flatMap(({ nonResourceRules }) => nonResourceRules ?? []),
      };
    });
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(user.name, { groups: user.groups, candidates });
    return candidates;
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isMeant({ kind, user: named, group, serviceAccount }: FlowSubject, { name, groups }: UserInfo): boolean {
  switch (kind) {
    case "User":
      return named !== undefined && (named.name === ALL || named.name === name);
    case "Group":
      return group !== undefined && (group.name === ALL || groups.includes(group.name));
    case "ServiceAccount": {
      if (serviceAccount === undefined) return false;
      const namespace = `${SERVICE_ACCOUNT}${serviceAccount.namespace}:`;
      return serviceAccount.name === ALL ? name.startsWith(namespace) : name === `${namespace}${serviceAccount.name}`;
    }
    default:
      return false;
  }
}

/** `*` says nothing beside other values: rules that have both are refused. */
const has = (values: readonly string[] = [], wanted: string) => (values.length === 1 && values[0] === ALL) || values.includes(wanted);

function matchesResource({ verbs, resources, apiGroups, clusterScope = false, namespaces }: ResourceRule, request: Classified): boolean {
  const { verb, group, resource, subresource, namespace } = request;
  return (
    has(verbs, verb) &&
    has(resources, subresource === "" ? resource : `${resource}/${subresource}`) &&
    has(apiGroups, group) &&
    (namespace === "" ? clusterScope : has(namespaces, namespace))
  );
}

function matchesPath({ verbs, nonResourceURLs = [] }: NonResourceRule, { verb, path }: Classified): boolean {
  return has(verbs, verb) && nonResourceURLs.some((url) => url === ALL || url === path || path.startsWith(below(url)));
}

/** What every path below one begins with. */
function below(url: string): string {
  const head = url.endsWith(ALL) ? url.slice(0, -1) : url;
  return head.endsWith("/") ? head : `${head}/`;
}
