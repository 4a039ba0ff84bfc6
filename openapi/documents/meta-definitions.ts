/**
 * Types of Kubernetes' own that the documents refer to beside the kinds: what requests and answers carry, and what discovery tells.
 * Described here in full; the wording is ours, the structure Kubernetes' (k8s.io/apimachinery, pkg/apis/meta/v1).
 */
import { deleteOptions } from "../../apis/meta/v1/delete-options.ts";
import { listMeta } from "../../apis/meta/v1/list-meta.ts";
import { objectMeta, typeMeta } from "../../apis/meta/v1/object-meta.ts";
import { status } from "../../apis/meta/v1/status.ts";
import type { Schema } from "../../apis/schema.ts";
import { boolean, freeObject, go, int32, list, object, optional, schemaOf, string } from "../../apis/typed-schema.ts";
import { META, SCALE } from "./names.ts";

const AUTOSCALING = SCALE.slice(0, SCALE.lastIndexOf("."));
const atomic = { "x-kubernetes-list-type": "atomic" } as const;
const typed = { kind: optional(typeMeta.kind), apiVersion: optional(typeMeta.apiVersion) };
const meta = (name: string) => go({ definition: `${META}.${name}` });

const groupVersion = object(
  "A group in one version.",
  { groupVersion: string("Group and version as `apiVersion` has them."), version: string("The version alone.") },
  meta("GroupVersionForDiscovery"),
);

const serverAddress = object(
  "Where some clients reach the server.",
  {
    clientCIDR: string("The clients, by the range of their addresses."),
    serverAddress: string("The server's address for them: host, or host and port."),
  },
  meta("ServerAddressByClientCIDR"),
);

const group = object(
  "An API group, with its versions.",
  {
    ...typed,
    name: string("Name of the group."),
    versions: list("The group's versions.", groupVersion, atomic),
    preferredVersion: optional(groupVersion),
    serverAddressByClientCIDRs: optional(list("Where clients reach the server that has the group.", serverAddress, atomic)),
  },
  meta("APIGroup"),
);

const resource = object(
  "A resource: a kind at its address.",
  {
    name: string("The resource's name in addresses, such as `networks` or `networks/status`."),
    singularName: string("The name for one object."),
    namespaced: boolean("Whether objects live in namespaces."),
    group: optional(string("Group of the kind, where it is not the list's.")),
    version: optional(string("Version of the kind, where it is not the list's.")),
    kind: string("The kind that requests and answers carry."),
    verbs: list("What can be done: get, list, watch, create, update, patch, delete, deletecollection.", string()),
    shortNames: optional(list("Shorter names for the command line.", string(), atomic)),
    categories: optional(list("Sets of resources that this one belongs to, such as `all`.", string(), atomic)),
    storageVersionHash: optional(string("Changes when the kind is stored in another version.")),
  },
  meta("APIResource"),
);

const DEFINITIONS: readonly Schema[] = [
  objectMeta,
  listMeta,
  status,
  deleteOptions,
  schemaOf(freeObject("The body of a patch, in the form that its media type names.", meta("Patch"))),
  schemaOf(
    object(
      "One event of a watch.",
      {
        type: string("`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`."),
        object: freeObject(
          "The object after the event, or before a deletion; a Status for an error.",
          go({ definition: "io.k8s.apimachinery.pkg.runtime.RawExtension" }),
        ),
      },
      meta("WatchEvent"),
    ),
  ),
  schemaOf(group),
  schemaOf(object("The API groups of the server.", { ...typed, groups: list("The groups.", group, atomic) }, meta("APIGroupList"))),
  schemaOf(
    object(
      "The resources of a group in one version.",
      {
        ...typed,
        groupVersion: string("Group and version as `apiVersion` has them."),
        resources: list("The resources, and what lies below their objects.", resource, atomic),
      },
      meta("APIResourceList"),
    ),
  ),
  schemaOf(
    object(
      "The versions of the core group.",
      {
        ...typed,
        versions: list("The versions.", string(), atomic),
        serverAddressByClientCIDRs: list("Where clients reach the server.", serverAddress, atomic),
      },
      meta("APIVersions"),
    ),
  ),
  schemaOf(string("A time in RFC 3339, to the second.", { format: "date-time", ...meta("Time") })),
  schemaOf(string("A time in RFC 3339, to the microsecond.", { format: "date-time", ...meta("MicroTime") })),
  schemaOf(
    string(
      "A number with a unit in its suffix, such as `500m` or `2Gi`.",
      go({ definition: "io.k8s.apimachinery.pkg.api.resource.Quantity" }),
    ),
  ),
  schemaOf(
    string("A number, or a text such as a name or a percentage.", {
      format: "int-or-string",
      ...go({ definition: "io.k8s.apimachinery.pkg.util.intstr.IntOrString" }),
    }),
  ),
  schemaOf(
    object(
      "The server's version.",
      {
        major: string("Major version of Kubernetes that the server behaves like."),
        minor: string("Minor version of Kubernetes that the server behaves like."),
        emulationMajor: optional(string("Major version that is emulated.")),
        emulationMinor: optional(string("Minor version that is emulated.")),
        minCompatibilityMajor: optional(string("Major version of the oldest servers that can share the store.")),
        minCompatibilityMinor: optional(string("Minor version of the oldest servers that can share the store.")),
        gitVersion: string("The whole version."),
        gitCommit: string("The source that the program was built from."),
        gitTreeState: string("Whether that source had changes."),
        buildDate: string("When the program was built."),
        goVersion: string("Version of Go, if any."),
        compiler: string("What compiled the program."),
        platform: string("Operating system and processor."),
      },
      go({ definition: "io.k8s.apimachinery.pkg.version.Info" }),
    ),
  ),
  schemaOf(
    object(
      "How many replicas of something there are and should be.",
      {
        ...typed,
        metadata: optional(objectMeta as never),
        spec: optional(
          object(
            "What is wanted.",
            { replicas: optional(int32("Replicas wanted.")) },
            go({ definition: `${AUTOSCALING}.ScaleSpec`, zero: {} }),
          ),
        ),
        status: optional(
          object(
            "What there is.",
            {
              replicas: int32("Replicas there are."),
              selector: optional(string("The labels that select the replicas, in the form of a query.")),
            },
            go({ definition: `${AUTOSCALING}.ScaleStatus`, zero: {} }),
          ),
        ),
      },
      go({ definition: SCALE }),
    ),
  ),
];

/** By the name of the definition. */
export const metaDefinitions: ReadonlyMap<string, Schema> = new Map(DEFINITIONS.map((schema) => [schema.go?.definition as string, schema]));

/** Go types that the documents refer to by name, wherever a schema has one of them. */
export const namedTypes: ReadonlyMap<string, string> = new Map([
  ["v1.Time", `${META}.Time`],
  ["v1.MicroTime", `${META}.MicroTime`],
  ["resource.Quantity", "io.k8s.apimachinery.pkg.api.resource.Quantity"],
  ["intstr.IntOrString", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"],
  ["runtime.RawExtension", "io.k8s.apimachinery.pkg.runtime.RawExtension"],
]);

/** Definitions that are kinds of the core group in version v1, seen from anywhere. */
export const coreKinds: ReadonlySet<string> = new Set(["Status", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions"]);
