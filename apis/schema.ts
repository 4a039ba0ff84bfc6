/**
 * The structural schema of a kind: the part of JSON Schema that a CustomResourceDefinition may use, and Kubernetes' extensions.
 * (reference: CustomResourceDefinition, structural schemas.)
 */
export interface Schema {
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object";
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  /** How the kind's Go type behaves; built-in kinds only, never published. */
  readonly go?: GoHints;
}

/** A rule in CEL. Carried in the definitions; a later capability enforces it. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** What a schema cannot say of the Go type behind a built-in kind, and clients see all the same. */
export interface GoHints {
  /** The struct's name in decode errors (`ObjectMeta` in `Go struct field ObjectMeta.metadata.name of type string`) and in the OpenAPI documents. */
  readonly struct?: string;
  /** The type's name in decode errors where it is not the one that the schema implies: `v1.ObjectMeta`, `map[string][]uint8`. */
  readonly type?: string;
  /** The OpenAPI definition that the published documents refer to, e.g. `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`. */
  readonly definition?: string;
  /** The member is written even when empty, as this value (a Go field without omitempty, or a struct). */
  readonly zero?: unknown;
  /** An empty list is kept as one, where most members are as good as absent when they are empty. */
  readonly keepsEmpty?: boolean;
  /** The member is a Go pointer: a value that is empty (`false`, `0`, `""`, `{}`) is kept, where a plain member with omitempty loses it. */
  readonly pointer?: boolean;
}
