import type { ListMeta, ObjectMeta } from "../../apimachinery/object.ts";

/** The versions of meta.k8s.io, which differ in nothing else here. */
export type MetaVersion = "v1" | "v1beta1";

/** An object without its content. */
export interface PartialObjectMetadata {
  readonly kind: "PartialObjectMetadata";
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

export interface PartialObjectMetadataList {
  readonly kind: "PartialObjectMetadataList";
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  /** null where there are none. */
  readonly items: readonly PartialObjectMetadata[] | null;
}

export const partialObjectMetadata = ({ metadata }: { readonly metadata: ObjectMeta }, version: MetaVersion): PartialObjectMetadata => ({
  kind: "PartialObjectMetadata",
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

export const emptyPartialObjectMetadataList = (metadata: ListMeta, version: MetaVersion): PartialObjectMetadataList => ({
  kind: "PartialObjectMetadataList",
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  items: null,
});
