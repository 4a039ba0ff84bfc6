import type { KubeObject } from "../../apimachinery/object.ts";
import { TooLargeError, type WriteResult } from "../../storage/storage.ts";
import type { Resource } from "./resource.ts";

/** What was written, and what came of it. */
export interface Written {
  readonly value: Uint8Array;
  readonly result: WriteResult;
}

/**
 * Encodes an object and has it written. One that is too large is tried once more without `managedFields`, which may be the larger part of it
 * (k8s.io/apiserver, pkg/endpoints/handlers/create.go): nobody owns its fields then.
 *
 * @param options `ownersStay`: not so an apply, which is about owners
 */
export async function writeObject(
  resource: Resource,
  object: KubeObject,
  { ownersStay = false }: { readonly ownersStay?: boolean },
  write: (value: Uint8Array) => Promise<WriteResult>,
): Promise<Written> {
  const value = resource.encode(object);
  try {
    return { value, result: await write(value) };
  } catch (error) {
    if (ownersStay || !(error instanceof TooLargeError) || object.metadata.managedFields === undefined) throw error;
    const { managedFields: _, ...metadata } = object.metadata;
    const smaller = resource.encode({ ...object, metadata });
    return { value: smaller, result: await write(smaller) };
  }
}
