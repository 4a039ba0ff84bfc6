import type { KubeList, KubeObject } from "../apimachinery/object.ts";

/** Which resource, in which version. */
export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  /** The plural, e.g. `networks`. */
  readonly resource: string;
}

/** One object, or with an empty `namespace` a cluster-scoped one. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: string;
}

/** Sent as query parameters under the same names, e.g. `{ dryRun: "All" }`. */
export type Options = Readonly<Record<string, string | number | boolean | undefined>>;

export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/apply-patch+yaml";

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/**
 * What controllers and programs see of a control plane. Every call fails with a StatusError as the server sent it.
 * It speaks through a {@link Transport}; the one there is so far reaches the server in this process (`apiserver/in-process/`).
 */
export interface Client {
  /** The same, but what it reads has nothing but its metadata (meta.k8s.io/v1, PartialObjectMetadata). */
  readonly metadataOnly: Client;
  /** A document that is no resource, such as `/apis`. */
  document<T>(path: string): Promise<T>;
  get<T extends KubeObject = KubeObject>(resource: ResourceRef, object: ObjectRef, options?: Options): Promise<T>;
  /** All namespaces when `namespace` is undefined. */
  list<T extends KubeObject = KubeObject>(resource: ResourceRef, namespace?: string, options?: Options): Promise<KubeList<T>>;
  /** Ends when the server ends the stream or `signal` aborts; an ERROR event is thrown as a StatusError. */
  watch<T extends KubeObject = KubeObject>(
    resource: ResourceRef,
    namespace: string | undefined,
    options: Options,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject = KubeObject>(resource: ResourceRef, namespace: string | undefined, object: T, options?: Options): Promise<T>;
  update<T extends KubeObject = KubeObject>(resource: ResourceRef, object: T, options?: Options & { subresource?: string }): Promise<T>;
  patch<T extends KubeObject = KubeObject>(
    resource: ResourceRef,
    object: ObjectRef,
    type: PatchType,
    patch: unknown,
    options?: Options,
  ): Promise<T>;
  delete(resource: ResourceRef, object: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(resource: ResourceRef, namespace: string | undefined, options?: DeleteOptions, selectors?: Options): Promise<void>;
}

export interface DeleteOptions {
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
}

/** How a client reaches a server: one exchange, or one stream of bytes. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
}

export interface TransportRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body in pieces as they come; ends with the answer. */
  readonly body: AsyncIterable<Uint8Array>;
}
