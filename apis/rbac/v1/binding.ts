/** What role bindings and cluster role bindings have in common. */
import { type FieldError, invalid, notSupported, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validateDnsSubdomain, validatePathSegmentName } from "../../../apimachinery/validation/names.ts";
import { AGE } from "../../columns.ts";
import { type ColumnInput, NAME_COLUMN } from "../../define-kind.ts";
import type { Strategy } from "../../kind.ts";
import { go, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION, GROUP } from "./policy-rule.ts";

const subject = object(
  "One user, group or service account.",
  {
    kind: string("User, Group or ServiceAccount.", go({ zero: "" })),
    apiGroup: optional(string("The group of the kind: empty for service accounts, `rbac.authorization.k8s.io` for the others.")),
    name: string("The name.", go({ zero: "" })),
    namespace: optional(string("The namespace of a service account.")),
  },
  go({ struct: "Subject", type: "v1.Subject", definition: `${DEFINITION}.Subject` }, { "x-kubernetes-map-type": "atomic" }),
);

const roleRef = object(
  "The role whose rights are given; it never changes.",
  {
    apiGroup: string("The group of the role's kind: `rbac.authorization.k8s.io`.", go({ zero: "" })),
    kind: string("Role or ClusterRole.", go({ zero: "" })),
    name: string("The role's name.", go({ zero: "" })),
  },
  go(
    { struct: "RoleRef", type: "v1.RoleRef", definition: `${DEFINITION}.RoleRef`, zero: { apiGroup: "", kind: "", name: "" } },
    { "x-kubernetes-map-type": "atomic" },
  ),
);

export type Subject = Static<typeof subject>;
export type RoleRef = Static<typeof roleRef>;

export const bindingSchema = (kind: string, description: string) =>
  object(
    description,
    {
      subjects: optional(list("Who has the rights.", subject, { "x-kubernetes-list-type": "atomic" })),
      roleRef,
    },
    go({ struct: kind, definition: `${DEFINITION}.${kind}` }),
  );

/** A binding of either kind. */
export type Binding = KubeObject & Static<ReturnType<typeof bindingSchema>>;

const subjects = ({ subjects = [] }: Binding, kind: string) => subjects.filter((subject) => subject.kind === kind);
const names = (object: KubeObject, kind: string) => subjects(object as Binding, kind).map(({ name }) => name);

export const bindingColumns: readonly ColumnInput[] = [
  NAME_COLUMN,
  {
    name: "Role",
    description: "The kind and the name of the role.",
    cell: (object) => `${(object as Binding).roleRef.kind}/${(object as Binding).roleRef.name}`,
  },
  AGE,
  { name: "Users", description: "The users among the subjects.", priority: 1, cell: (object) => names(object, "User").join(", ") },
  { name: "Groups", description: "The groups among the subjects.", priority: 1, cell: (object) => names(object, "Group").join(", ") },
  {
    name: "ServiceAccounts",
    description: "The service accounts among the subjects, each with its namespace.",
    priority: 1,
    cell: (object) =>
      subjects(object as Binding, "ServiceAccount")
        .map(({ name, namespace = "" }) => `${namespace}/${name}`)
        .join(", "),
  },
];

/** How bindings behave (kubernetes, pkg/apis/rbac/{v1/defaults.go,validation}). */
export function bindingStrategy({ namespaced }: { readonly namespaced: boolean }): Strategy {
  const validate = (object: KubeObject) => bindingErrors(object as Binding, undefined, namespaced);
  return {
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validateName: (name) => validatePathSegmentName(name),
    setDefaults: (object) => setGroups(object as Binding),
    validate,
    validateUpdate: (object, old) => bindingErrors(object as Binding, old as Binding, namespaced),
  };
}

function setGroups({ roleRef, subjects }: Binding): void {
  if (roleRef !== undefined) roleRef.apiGroup ||= GROUP;
  for (const subject of subjects ?? []) if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= GROUP;
}

/**
 * Names that must be there come after everything else: kube-apiserver declares these rules. Not so the name of a role in a reference that has
 * changed: what is declared of a reference ends with that it may not.
 */
function bindingErrors({ roleRef, subjects = [] }: Binding, old: Binding | undefined, namespaced: boolean): FieldError[] {
  const path = FieldPath.of("subjects");
  const ref = FieldPath.of("roleRef");
  const changed = old !== undefined && !sameRole(roleRef, old.roleRef);
  const roleName = roleRef.name ? [] : [required(ref.child("name"))];
  // printed as the internal type, which has no names for JSON
  const value = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [
    ...roleRefErrors(roleRef, namespaced),
    ...(changed ? roleName : []),
    ...subjects.flatMap((subject, i) => subjectErrors(subject, namespaced, path.index(i))),
    ...(changed ? [invalid(ref, value, "field is immutable")] : []),
    ...subjects.flatMap(({ name }, i) => (name ? [] : [required(path.index(i).child("name"))])),
    ...(changed ? [] : roleName),
  ];
}

export const sameRole = (a: RoleRef, b: RoleRef): boolean => a.apiGroup === b.apiGroup && a.kind === b.kind && a.name === b.name;

function roleRefErrors({ apiGroup, kind, name }: RoleRef, namespaced: boolean): FieldError[] {
  const path = FieldPath.of("roleRef");
  const kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  const errors: FieldError[] = [];
  if (apiGroup !== GROUP) errors.push(notSupported(path.child("apiGroup"), apiGroup, [GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported(path.child("kind"), kind, kinds));
  return [...errors, ...validatePathSegmentName(name).map((text) => invalid(path.child("name"), name, text))];
}

function subjectErrors({ kind, apiGroup = "", name, namespace }: Subject, namespaced: boolean, path: FieldPath): FieldError[] {
  switch (kind) {
    case "ServiceAccount": {
      const errors = name ? validateDnsSubdomain(name).map((text) => invalid(path.child("name"), name, text)) : [];
      if (apiGroup !== "") errors.push(notSupported(path.child("apiGroup"), apiGroup, [""]));
      if (!namespaced && !namespace) errors.push(required(path.child("namespace")));
      return errors;
    }
    case "User":
    case "Group":
      return apiGroup === GROUP ? [] : [notSupported(path.child("apiGroup"), apiGroup, [GROUP])];
    default:
      return [notSupported(path.child("kind"), kind, ["ServiceAccount", "User", "Group"])];
  }
}
