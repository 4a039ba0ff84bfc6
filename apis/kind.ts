import type { FieldError } from "../apimachinery/field/error.ts";
import type { KubeObject } from "../apimachinery/object.ts";
import type { Schema } from "./schema.ts";

/** A kind as data: everything else (routes, discovery, OpenAPI, validation, tables, documents) is derived from it. */
export interface KindDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  /**
   * Which of Kubernetes' two ways of serving clients see: compiled-in types (decoded like Go structs, protobuf, strategic merge) or
   * custom resources (structural schemas, pruning). Datum's kinds are `custom`: upstream installs them as CustomResourceDefinitions.
   */
  readonly flavor: "builtin" | "custom";
  /** The whole object, `apiVersion`, `kind` and `metadata` left out. */
  readonly schema: Schema;
  /** Custom kinds: what names have to look like, as a schema of the metadata. */
  readonly metadataSchema?: Schema;
  /** Every column of the kind's tables in order, `Name` among them. */
  readonly columns: readonly Column[];
  /** In which order tables have the objects of a list, if not by name. */
  readonly tableOrder?: (a: KubeObject, b: KubeObject) => number;
  readonly subresources: Subresources;
  /** The verbs that discovery lists and the routes serve. */
  readonly verbs: readonly Verb[];
  /** Field labels for selectors, beyond `metadata.name` and `metadata.namespace`, and what they select on. */
  readonly selectableFields: { readonly [label: string]: (object: KubeObject) => string };
  /** Where the kind is stored, if not under its own name: `events.k8s.io` events are the core ones in another shape. */
  readonly storedAs?: StoredAs;
  /** False: objects may be stored and owned in this version, but nobody can ask for it. Default: true. */
  readonly served?: boolean;
  /** An object is created to be answered, as access reviews are, and never stored. Default: false. */
  readonly answered?: boolean;
  /** The version is deprecated: the warning that everyone is given who uses it. */
  readonly deprecation?: string;
  readonly strategy: Strategy;
}

export const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] as const;
export type Verb = (typeof VERBS)[number];

export interface Subresources {
  readonly status?: Record<never, never>;
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string };
  /** Namespaces only: PUT replaces `spec.finalizers`. */
  readonly finalize?: Record<never, never>;
  /** CertificateSigningRequests only: the conditions that approve or deny are written here. */
  readonly approval?: Record<never, never>;
  /** ServiceAccounts only: POST answers an object of this kind, which is no resource of its own. */
  readonly token?: KindDefinition;
}

/** A printer column. `priority` 1 shows with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  /** Custom kinds: where the cell is found. */
  readonly jsonPath?: string;
  /** Built-in kinds: the cell's value, as kube-apiserver prints it. `now` is in milliseconds since the epoch. */
  readonly cell?: (object: KubeObject, now: number) => string | number | boolean | null;
}

export interface StoredAs {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

/** Who sends a request, to kinds that remember it. */
export interface Requester {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a kind does differently around a write; every member is optional and pure (rest.RESTCreateStrategy and its siblings). */
export interface Strategy {
  /** A PUT without a resourceVersion is taken. Default: false. */
  readonly allowUnconditionalUpdate?: boolean;
  /** A PUT to a name that does not exist creates. Default: false. */
  readonly allowCreateOnUpdate?: boolean;
  /** DELETE answers with the object instead of a Status. Default: false. */
  readonly returnsDeletedObject?: boolean;
  /** Errors of a name; `prefix` for a generateName. Default: DNS-1123 subdomain. Each text is the detail of `metadata.name: Invalid value`. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[];
  /** The names of new objects alone are judged so; an update is content with any that fits a path. Default: false. */
  readonly judgesNewNamesOnly?: boolean;
  /** Built-in kinds: writes to the status subresource take no metadata, as of custom kinds. Default: false. */
  readonly isolatesStatus?: boolean;
  /** Finalizers need no domain, as of custom kinds. Default: false. */
  readonly takesPlainFinalizers?: boolean;
  /**
   * What decoding adds (Go's SetDefaults functions and conversions), in place: applied to what a client sent, and to what a patch made,
   * before anybody else looks at it. The members belong to the writer.
   */
  readonly setDefaults?: (object: KubeObject) => void;
  /** Fills in and clears what clients do not decide. Changes `object` in place. Nobody becomes the owner of these members. */
  readonly prepareForCreate?: (object: KubeObject, requester: Requester) => void;
  readonly prepareForUpdate?: (object: KubeObject, old: KubeObject) => void;
  /** The same for the status subresource, once all but `status` and metadata is kept. `time`: RFC 3339, in seconds. */
  readonly prepareForStatusUpdate?: (object: KubeObject, old: KubeObject, time: string) => void;
  /** The same for the approval subresource. */
  readonly prepareForApprovalUpdate?: (object: KubeObject, old: KubeObject, time: string) => void;
  /** Members that a write to the object, or to a part of it, cannot own, as `status.conditions`: beside those of all kinds (rest.ResetFieldsStrategy). */
  readonly resets?: { readonly object?: readonly string[]; readonly status?: readonly string[]; readonly approval?: readonly string[] };
  readonly validate?: (object: KubeObject) => FieldError[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  /** The same for the status subresource, on top of keeping everything but `status` and metadata. */
  readonly validateStatusUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  /** The same for the finalize subresource, where only `spec.finalizers` and metadata are taken. */
  readonly validateFinalizeUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  /** The same for the approval subresource, where the status and metadata are taken. */
  readonly validateApprovalUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  readonly warnings?: (object: KubeObject, old: KubeObject | undefined) => string[];
  /**
   * The first DELETE only marks the object, whatever holds it or not, in this way besides its deletionTimestamp, in place; it goes with its
   * last finalizer. `finalizers` are those that the options of the request ask for.
   */
  readonly markForDeletion?: (object: KubeObject, finalizers: readonly string[], time: string) => void;
}
