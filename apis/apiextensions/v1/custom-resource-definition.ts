import type { KubeObject } from "../../../apimachinery/object.ts";
import { CREATED_AT } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import {
  anyObject,
  boolean,
  bytes,
  dateTime,
  go,
  int32,
  int64,
  keyedList,
  list,
  object,
  optional,
  type Static,
  string,
} from "../../typed-schema.ts";
import { prepareForCreate, prepareForUpdate, setDefaults } from "./defaults.ts";
import { markForDeletion } from "./deletion.ts";

const DEFINITIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** How a Go type of this group is called in decode errors and documents. */
const goType = (struct: string) => ({ struct, type: `v1.${struct}`, definition: `${DEFINITIONS}.${struct}` });

const ATOMIC_LIST = { "x-kubernetes-list-type": "atomic" } as const;

const names = (description: string) =>
  object(
    description,
    {
      plural: string("Name of the resource in URLs, such as `networks`.", go({ zero: "" })),
      singular: optional(string("Name of one object on the command line; the kind in lower case if left out.")),
      shortNames: optional(list("Shorter names for the command line.", string(), ATOMIC_LIST)),
      kind: string("Name of the kind in objects, such as `Network`.", go({ zero: "" })),
      listKind: optional(string("Name of the kind of lists; the kind and `List` if left out.")),
      categories: optional(list("Groups of resources that this one belongs to, such as `all`.", string(), ATOMIC_LIST)),
    },
    go({ ...goType("CustomResourceDefinitionNames"), zero: { plural: "", kind: "" } }),
  );

const column = object(
  "One column.",
  {
    name: string("Heading of the column.", go({ zero: "" })),
    type: string("Type of its values: `string`, `integer`, `number`, `boolean` or `date`.", go({ zero: "" })),
    format: optional(string("Format of its values.")),
    description: optional(string("What the column shows.")),
    priority: optional(int32("0 for a column that is always shown; above, it is for wide tables only.")),
    jsonPath: string("Where in the object the value stands, such as `.spec.replicas`.", go({ zero: "" })),
  },
  go(goType("CustomResourceColumnDefinition")),
);

const subresources = object(
  "Parts of the objects that have an address of their own.",
  {
    status: optional(
      anyObject("Present if `status` is written by itself.", go({ ...goType("CustomResourceSubresourceStatus"), pointer: true })),
    ),
    scale: optional(
      object(
        "Where the number of replicas stands.",
        {
          specReplicasPath: string("Path of the number wanted, such as `.spec.replicas`.", go({ zero: "" })),
          statusReplicasPath: string("Path of the number there is, such as `.status.replicas`.", go({ zero: "" })),
          labelSelectorPath: optional(string("Path of the label selector of the replicas.", go({ pointer: true }))),
        },
        go({ ...goType("CustomResourceSubresourceScale"), pointer: true }),
      ),
    ),
  },
  go({ ...goType("CustomResourceSubresources"), pointer: true }),
);

const version = object(
  "One version.",
  {
    name: string("Name of the version, such as `v1alpha`.", go({ zero: "" })),
    served: boolean("Whether clients can use the version.", go({ zero: false })),
    storage: boolean("True for the one version that objects are stored in.", go({ zero: false })),
    deprecated: optional(boolean("True to warn clients that use the version.")),
    deprecationWarning: optional(string("Text of that warning.", go({ pointer: true }))),
    schema: optional(
      object(
        "What the objects may hold.",
        {
          openAPIV3Schema: optional(
            anyObject(
              "The schema of the whole object, in the structural part of OpenAPI v3.",
              go({ ...goType("JSONSchemaProps"), pointer: true }),
            ),
          ),
        },
        go({ ...goType("CustomResourceValidation"), pointer: true }),
      ),
    ),
    subresources: optional(subresources),
    additionalPrinterColumns: optional(list("Columns of tables after the name; the age if left out.", column, ATOMIC_LIST)),
    selectableFields: optional(
      list(
        "Fields that field selectors can use.",
        object(
          "One field.",
          { jsonPath: string("Path of the field, such as `.spec.colour`.", go({ zero: "" })) },
          go(goType("SelectableField")),
        ),
        ATOMIC_LIST,
      ),
    ),
  },
  go(goType("CustomResourceDefinitionVersion")),
);

const clientConfig = object(
  "Where the webhook is and how to know it.",
  {
    url: optional(string("Its address, such as `https://host/path`; or else a service.", go({ pointer: true }))),
    service: optional(
      object(
        "A service that stands for its address.",
        {
          namespace: string("Namespace of the service.", go({ zero: "" })),
          name: string("Name of the service.", go({ zero: "" })),
          path: optional(string("Path below the service's address.", go({ pointer: true }))),
          port: optional(int32("Port of the service.", go({ pointer: true }))),
        },
        go({ ...goType("ServiceReference"), pointer: true }),
      ),
    ),
    caBundle: optional(bytes("Certificates of the authorities that may have signed the webhook's, in PEM.")),
  },
  go({ ...goType("WebhookClientConfig"), pointer: true }),
);

const webhook = object(
  "How to reach the webhook, and which reviews it understands.",
  {
    clientConfig: optional(clientConfig),
    conversionReviewVersions: list("Versions of ConversionReview, the preferred first.", string(), go({ zero: null }, ATOMIC_LIST)),
  },
  go({ ...goType("WebhookConversion"), pointer: true }),
);

const conversion = object(
  "How objects are turned from one version into another.",
  {
    strategy: string("`None` to change the version only, or `Webhook`.", go({ type: "v1.ConversionStrategyType", zero: "" })),
    webhook: optional(webhook),
  },
  go({ ...goType("CustomResourceConversion"), pointer: true }),
);

const spec = object(
  "The resource and its versions.",
  {
    group: string("API group of the resource.", go({ zero: "" })),
    names: names("What the resource and its kind are called."),
    scope: string("`Namespaced` or `Cluster`.", go({ type: "v1.ResourceScope", zero: "" })),
    versions: list("The versions of the resource.", version, go({ zero: null, keepsEmpty: true }, ATOMIC_LIST)),
    conversion: optional(conversion),
    preserveUnknownFields: optional(boolean("Deprecated; must be false.")),
  },
  go({
    ...goType("CustomResourceDefinitionSpec"),
    zero: { group: "", names: { plural: "", kind: "" }, scope: "", versions: null },
  }),
);

/** What Go writes of a status that nothing is said of. */
export const EMPTY_STATUS = { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: null };

const condition = object(
  "One aspect of the definition's state.",
  {
    type: string("The aspect, such as `Established`.", go({ type: "v1.CustomResourceDefinitionConditionType", zero: "" })),
    status: string("Whether it holds: True, False or Unknown.", go({ type: "v1.ConditionStatus", zero: "" })),
    lastTransitionTime: optional(dateTime("When `status` last changed.", go({ type: "v1.Time", zero: null }))),
    reason: optional(string("The cause in one word, for programs.")),
    message: optional(string("The cause in a sentence, for people.")),
    observedGeneration: optional(int64("The generation of the definition that was looked at.")),
  },
  go(goType("CustomResourceDefinitionCondition")),
);

const status = object(
  "How far the definition is.",
  {
    conditions: optional(keyedList("What is true of the definition, one aspect each.", ["type"], condition, go({ zero: null }))),
    acceptedNames: optional(names("The names that are in use.")),
    storedVersions: optional(list("Versions that objects were ever stored in.", string(), go({ zero: null }, ATOMIC_LIST))),
  },
  go({ ...goType("CustomResourceDefinitionStatus"), zero: EMPTY_STATUS }),
);

const schema = object(
  "Defines a kind of objects that the server then serves.",
  { spec, status: optional(status) },
  go({ struct: "CustomResourceDefinition", definition: `${DEFINITIONS}.CustomResourceDefinition` }),
);

export type CustomResourceDefinition = KubeObject & Static<typeof schema>;

const specOf = (object: KubeObject) => (object as CustomResourceDefinition).spec;

export const customResourceDefinition = defineKind({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "Scope", description: "Whether the objects live in namespaces.", cell: (object) => specOf(object)?.scope ?? "" },
    { name: "Versions", description: "The versions, and which one objects are stored in.", cell: versionsOf },
    CREATED_AT,
    { name: "Group", description: "API group of the resource.", priority: 1, cell: (object) => specOf(object)?.group ?? "" },
    { name: "Kind", description: "Kind of the objects.", priority: 1, cell: (object) => specOf(object)?.names?.kind ?? "" },
    {
      name: "ShortNames",
      description: "Shorter names for the command line.",
      priority: 1,
      cell: (object) => (specOf(object)?.names?.shortNames ?? []).join(","),
    },
    { name: "Established", type: "boolean", description: "Whether the resource is served.", priority: 1, cell: isEstablished },
  ],
  subresources: { status: {} },
  strategy: {
    returnsDeletedObject: true,
    setDefaults,
    prepareForCreate,
    prepareForUpdate,
    markForDeletion,
    resets: { status: ["metadata"] },
  },
});

/** `v1(storage),v1beta1` */
function versionsOf(object: KubeObject): string {
  return (specOf(object)?.versions ?? []).map(({ name, storage }) => (storage ? `${name}(storage)` : name)).join(",");
}

function isEstablished(object: KubeObject): boolean {
  const conditions = (object as CustomResourceDefinition).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}
