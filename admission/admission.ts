import type { GroupResource, GroupVersionKind, KubeObject } from "../apimachinery/object.ts";
import type { Requester } from "../apis/kind.ts";

/** What is about to happen (k8s.io/apiserver, pkg/admission/interfaces.go, Attributes). */
export interface Attributes {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly controlPlane: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupResource & { readonly version: string };
  readonly subresource: string;
  readonly namespace: string;
  /** Empty for a create whose name is still to be generated. */
  readonly name: string;
  /** As it would be stored; absent in a deletion. */
  readonly object?: KubeObject;
  /** As it is stored; absent in a create. */
  readonly oldObject?: KubeObject;
  readonly dryRun: boolean;
  readonly user: Requester;
}

/**
 * A step between decoding and storing. `admit` may change the object, `validate` may only refuse; both refuse by throwing a StatusError.
 */
export interface AdmissionPlugin {
  readonly name: string;
  admit?(attributes: Attributes): void | Promise<void>;
  validate?(attributes: Attributes): void | Promise<void>;
}
