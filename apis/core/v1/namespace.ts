import { type FieldError, invalid } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { maskTrailingDash, validateDnsLabel, validateQualifiedName } from "../../../apimachinery/validation/names.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { dateTime, go, keyedList, list, object, optional, type Static, string } from "../../typed-schema.ts";

const condition = object(
  "One aspect of the namespace's deletion.",
  {
    type: string("The aspect, such as `NamespaceContentRemaining`.", go({ type: "v1.NamespaceConditionType", zero: "" })),
    status: string("Whether it holds: True, False or Unknown.", go({ type: "v1.ConditionStatus", zero: "" })),
    lastTransitionTime: optional(dateTime("When `status` last changed.", go({ type: "v1.Time", zero: null }))),
    reason: optional(string("The cause in one word, for programs.")),
    message: optional(string("The cause in a sentence, for people.")),
  },
  go({ struct: "NamespaceCondition", type: "v1.NamespaceCondition", definition: "io.k8s.api.core.v1.NamespaceCondition" }),
);

const spec = object(
  "What keeps the namespace.",
  {
    finalizers: optional(
      list(
        "Who must clean up before the namespace can go. Changed through the finalize subresource only.",
        string("Name of a finalizer; `kubernetes` stands for the deletion of the content.", go({ type: "v1.FinalizerName" })),
        { "x-kubernetes-list-type": "atomic" },
      ),
    ),
  },
  go({ struct: "NamespaceSpec", type: "v1.NamespaceSpec", definition: "io.k8s.api.core.v1.NamespaceSpec", zero: {} }),
);

const status = object(
  "How far the namespace is.",
  {
    phase: optional(string("`Active`, or `Terminating` once its deletion was asked for.", go({ type: "v1.NamespacePhase" }))),
    conditions: optional(
      keyedList("What the deletion of the content has come to.", ["type"], condition, {
        "x-kubernetes-patch-merge-key": "type",
        "x-kubernetes-patch-strategy": "merge",
      }),
    ),
  },
  go({ struct: "NamespaceStatus", type: "v1.NamespaceStatus", definition: "io.k8s.api.core.v1.NamespaceStatus", zero: {} }),
);

const schema = object(
  "A room for names: objects of one kind in different namespaces may share a name, and rights are given by namespace.",
  { spec: optional(spec), status: optional(status) },
  go({ struct: "Namespace", definition: "io.k8s.api.core.v1.Namespace" }),
);

export type Namespace = KubeObject & Static<typeof schema>;

/** Namespaces that every control plane has and nobody may delete. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(["default", "kube-public", "kube-system"]);

/** Every namespace carries its own name as this label, so that label selectors can name it. */
const NAME_LABEL = "kubernetes.io/metadata.name";
/** The finalizer that stands for the deletion of the content. */
const KUBERNETES = "kubernetes";

export const namespace = defineKind({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    {
      name: "Status",
      description: "Whether the namespace is in use or being deleted.",
      cell: (object) => (object as Namespace).status?.phase ?? "",
    },
    AGE,
  ],
  subresources: { status: {}, finalize: {} },
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  selectableFields: { "status.phase": (object) => (object as Namespace).status?.phase ?? "" },
  strategy: {
    allowUnconditionalUpdate: true,
    returnsDeletedObject: true,
    validateName: (name, prefix) => validateDnsLabel(prefix ? maskTrailingDash(name) : name),
    setDefaults: setNameLabel,
    prepareForCreate,
    prepareForUpdate,
    validate: (object) => (finalizersOf(object) ?? []).flatMap((name) => finalizerErrors(name, FieldPath.of("spec", "finalizers"))),
    validateStatusUpdate,
    markForDeletion,
    validateFinalizeUpdate: (object) =>
      (finalizersOf(object) ?? []).flatMap((name, i) => finalizerErrors(name, FieldPath.of("spec", "finalizers").index(i))),
  },
});

const finalizersOf = (object: KubeObject) => (object as Namespace).spec?.finalizers;

function setNameLabel({ metadata }: KubeObject): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
}

function prepareForCreate(object: KubeObject): void {
  const finalizers = finalizersOf(object) ?? [];
  object.spec = { finalizers: finalizers.includes(KUBERNETES) ? finalizers : [...finalizers, KUBERNETES] };
  object.status = { phase: "Active" };
  // A generated name was not known yet when the defaults were set.
  setNameLabel(object);
}

function markForDeletion(object: KubeObject, finalizers: readonly string[]): void {
  object.status = { ...(object as Namespace).status, phase: "Terminating" };
  if (finalizers.length > 0) object.metadata.finalizers = [...finalizers];
  else delete object.metadata.finalizers;
}

function prepareForUpdate(object: KubeObject, old: KubeObject): void {
  object.spec = old.spec;
  object.status = old.status;
}

/** `orphan` and `foregroundDeletion` are the garbage collector's. */
const STANDARD_FINALIZERS: readonly string[] = [KUBERNETES, "orphan", "foregroundDeletion"];

function finalizerErrors(name: string, path: FieldPath): FieldError[] {
  const errors = validateQualifiedName(name).map((text) => invalid(path, name, text));
  if (!name.includes("/") && !STANDARD_FINALIZERS.includes(name)) {
    errors.push(invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified"));
  }
  return errors;
}

/** The phase and the deletion time go together. Kubernetes writes the field's name with a capital. */
function validateStatusUpdate(object: KubeObject): FieldError[] {
  const phase = (object as Namespace).status?.phase ?? "";
  const terminating = object.metadata.deletionTimestamp !== undefined;
  if (phase === (terminating ? "Terminating" : "Active")) return [];
  const rule = terminating
    ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
    : "may only be 'Active' if `deletionTimestamp` is empty";
  return [invalid(FieldPath.of("status", "Phase"), phase, rule)];
}
