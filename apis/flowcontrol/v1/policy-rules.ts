import { type FieldError, forbidden, invalid, notSupported, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { GoStruct } from "../../../apimachinery/go-text.ts";
import { validateDnsLabel, validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import { boolean, go, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION } from "./group.ts";

const definition = (name: string, more: object = {}) =>
  go({ struct: name, type: `v1.${name}`, definition: `${DEFINITION}.${name}`, ...more });
const name = (description: string) => string(description, go({ zero: "" }));
const texts = (description: string, one: string) =>
  list(description, string(one), go({ zero: null, keepsEmpty: true }, { "x-kubernetes-list-type": "set" }));

const subject = object(
  "A user, a group, or service accounts.",
  {
    kind: string("User, Group or ServiceAccount; the member of that name says which.", go({ type: "v1.SubjectKind", zero: "" })),
    user: optional(object("A user.", { name: name("The user's name; `*` for all.") }, definition("UserSubject", { pointer: true }))),
    group: optional(object("A group.", { name: name("The group's name; `*` for all.") }, definition("GroupSubject", { pointer: true }))),
    serviceAccount: optional(
      object(
        "A service account, or all of a namespace.",
        { namespace: name("The namespace."), name: name("The account's name; `*` for all of the namespace.") },
        definition("ServiceAccountSubject", { pointer: true }),
      ),
    ),
  },
  definition("Subject"),
);

const resourceRule = object(
  "Requests for resources.",
  {
    verbs: texts("What is asked for; `*` for anything.", "One verb, such as `get`."),
    apiGroups: texts("The groups of the resources; empty text for the core group, `*` for all.", "One group."),
    resources: texts("The resources, subresources as `resource/subresource`; `*` for all.", "One resource."),
    clusterScope: optional(boolean("Whether requests that name no namespace are meant.")),
    namespaces: optional(texts("The namespaces; `*` for all.", "One namespace.")),
  },
  definition("ResourcePolicyRule"),
);

const nonResourceRule = object(
  "Requests for paths that are no resources.",
  {
    verbs: texts("What is asked for; `*` for anything.", "One verb, such as `get`."),
    nonResourceURLs: texts("The paths, with what is below them; `*` for all.", "One path."),
  },
  definition("NonResourcePolicyRule"),
);

const atomic = { "x-kubernetes-list-type": "atomic" } as const;

export const policyRules = object(
  "Requests of somebody: who sends them, and what for.",
  {
    subjects: list("Who sends the requests.", subject, go({ zero: null, keepsEmpty: true }, atomic)),
    resourceRules: optional(list("Which requests for resources.", resourceRule, atomic)),
    nonResourceRules: optional(list("Which requests for other paths.", nonResourceRule, atomic)),
  },
  definition("PolicyRulesWithSubjects"),
);

export type FlowSubject = Static<typeof subject>;
export type ResourceRule = Static<typeof resourceRule>;
export type NonResourceRule = Static<typeof nonResourceRule>;
export type PolicyRules = Static<typeof policyRules>;

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const SUBJECT_KINDS = ["Group", "ServiceAccount", "User"];

/** Stands for everything of a sort. */
export const ALL = "*";

/** What is wrong with one rule of a FlowSchema (kubernetes, pkg/apis/flowcontrol/validation). */
export function policyRulesErrors({ subjects, resourceRules, nonResourceRules }: PolicyRules, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!subjects?.length) errors.push(required(path.child("subjects"), "subjects must contain at least one value"));
  for (const [i, subject] of (subjects ?? []).entries()) errors.push(...subjectErrors(subject, path.child("subjects").index(i)));
  if (!resourceRules?.length && !nonResourceRules?.length) {
    errors.push(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  }
  for (const [i, rule] of (resourceRules ?? []).entries()) errors.push(...resourceRuleErrors(rule, path.child("resourceRules").index(i)));
  for (const [i, rule] of (nonResourceRules ?? []).entries()) {
    errors.push(...nonResourceRuleErrors(rule, path.child("nonResourceRules").index(i)));
  }
  return errors;
}

/** The members of a subject, in the order in which those that do not belong are told. */
const MEMBERS = { ServiceAccount: "serviceAccount", User: "user", Group: "group" } as const;

function subjectErrors(subject: FlowSubject, path: FieldPath): FieldError[] {
  const own = MEMBERS[subject.kind as keyof typeof MEMBERS];
  if (own === undefined) return [notSupported(path.child("kind"), subject.kind, SUBJECT_KINDS)];
  const errors = nameErrors(subject, own, path.child(own));
  for (const [kind, member] of Object.entries(MEMBERS)) {
    if (member === own || subject[member] === undefined) continue;
    errors.push(forbidden(path.child(member), `${member} is forbidden when subject kind is not '${kind}'`));
  }
  return errors;
}

function nameErrors(subject: FlowSubject, member: "user" | "group" | "serviceAccount", path: FieldPath): FieldError[] {
  const named = subject[member];
  if (named === undefined) return [required(path, `${member} is required when subject kind is '${subject.kind}'`)];
  const errors: FieldError[] = [];
  if (!named.name) errors.push(required(path.child("name")));
  if (member !== "serviceAccount") return errors;
  const { namespace = "", name } = named as NonNullable<FlowSubject["serviceAccount"]>;
  if (name && name !== ALL) errors.push(...validateDnsSubdomain(name).map((text) => invalid(path.child("name"), name, text)));
  if (namespace === "") errors.push(required(path.child("namespace"), "must specify namespace for service account"));
  else errors.push(...validateDnsLabel(namespace).map((text) => invalid(path.child("namespace"), namespace, text)));
  return errors;
}

function resourceRuleErrors({ verbs, apiGroups, resources, clusterScope, namespaces }: ResourceRule, path: FieldPath): FieldError[] {
  const errors = verbErrors(verbs, path.child("verbs"));
  const some = (member: string, values: readonly string[] | undefined, what: string, plural: string) => {
    const at = path.child(member);
    if (!values?.length) errors.push(required(at, `resource rules must supply at least one ${what}`));
    else if (isMixed(values)) errors.push(invalid(at, values, `if '*' is present, must not specify other ${plural}`));
  };
  some("apiGroups", apiGroups, "api group", "api groups");
  some("resources", resources, "resource", "resources");
  const at = path.child("namespaces");
  if (!namespaces?.length) {
    if (!clusterScope) errors.push(required(at, "resource rules that are not cluster scoped must supply at least one namespace"));
  } else if (namespaces.includes(ALL)) {
    if (isMixed(namespaces)) errors.push(invalid(at, namespaces, "if '*' is present, must not specify other namespaces"));
  } else {
    for (const [i, namespace] of namespaces.entries()) {
      for (const text of validateDnsLabel(namespace)) {
        errors.push(invalid(at.index(i), namespace, `each member of this list must be '*' or a DNS-1123 label; ${text}`));
      }
    }
  }
  return errors;
}

function nonResourceRuleErrors({ verbs, nonResourceURLs }: NonResourceRule, path: FieldPath): FieldError[] {
  const errors = verbErrors(verbs, path.child("verbs"));
  const at = path.child("nonResourceURLs");
  if (!nonResourceURLs?.length) errors.push(required(at, "nonResourceURLs must contain at least one value"));
  else if (nonResourceURLs.includes(ALL)) {
    if (isMixed(nonResourceURLs)) errors.push(invalid(at, nonResourceURLs, "if '*' is present, must not specify other non-resource URLs"));
  } else {
    for (const [i, url] of nonResourceURLs.entries()) {
      const problem = pathProblem(url);
      if (problem !== undefined) errors.push(invalid(at.index(i), url, problem));
    }
  }
  return errors;
}

function verbErrors(verbs: readonly string[] | undefined, path: FieldPath): FieldError[] {
  if (!verbs?.length) return [required(path, "verbs must contain at least one value")];
  if (verbs.includes(ALL)) return isMixed(verbs) ? [invalid(path, verbs, "if '*' is present, must not specify other verbs")] : [];
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)];
}

const isMixed = (values: readonly string[]) => values.length > 1 && values.includes(ALL);

function pathProblem(url: string): string | undefined {
  if (url === "") return "must not be empty";
  if (url === "/") return undefined;
  if (!url.startsWith("/")) return "must start with slash";
  if (url.includes(" ")) return "must not contain white-space";
  if (url.includes("//")) return "must not contain double slash";
  const star = url.indexOf(ALL);
  if (star >= 0 && (star < url.length - 1 || !url.endsWith("/*"))) return "wildcard can only do suffix matching";
  return undefined;
}

/** A rule as error texts print it: the internal type has no names for JSON, and shows what is not there. */
export function internalRule({ subjects, resourceRules, nonResourceRules }: PolicyRules): GoStruct {
  return new GoStruct({
    Subjects: subjects?.map(({ kind, user, group, serviceAccount: account }) => {
      const named = (subject: { name: string } | undefined) => subject && { Name: subject.name };
      const ServiceAccount = account && new GoStruct({ Namespace: account.namespace, Name: account.name });
      return new GoStruct({ Kind: kind, User: named(user), Group: named(group), ServiceAccount });
    }),
    ResourceRules: resourceRules?.map(
      ({ verbs, apiGroups, resources, clusterScope = false, namespaces }) =>
        new GoStruct({ Verbs: verbs, APIGroups: apiGroups, Resources: resources, ClusterScope: clusterScope, Namespaces: namespaces }),
    ),
    NonResourceRules: nonResourceRules?.map(
      ({ verbs, nonResourceURLs }) => new GoStruct({ Verbs: verbs, NonResourceURLs: nonResourceURLs }),
    ),
  });
}
