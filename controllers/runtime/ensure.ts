import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, Options, ResourceRef } from "../../client/client.ts";
import { keyOf } from "./informer.ts";

/** Makes an object that is there what it ought to be; does nothing where it is. */
export type Repair<T extends KubeObject> = (client: Client, resource: ResourceRef, present: T, wanted: T) => Promise<void>;

/** Creates what is missing of the objects that every server has, all in one namespace or in none, and repairs the rest, all of them at once. */
export async function ensureAll<T extends KubeObject>(
  client: Client,
  resource: ResourceRef,
  wanted: readonly T[],
  repair: Repair<T>,
  options?: Options,
): Promise<void> {
  const { items } = await client.list<T>(resource, wanted[0]?.metadata.namespace);
  const present = new Map(items.map((item) => [keyOf(item), item]));
  await Promise.all(wanted.map((object) => ensure(client, resource, present.get(keyOf(object)), object, repair, options)));
}

/** The same for one object; `found` is what was seen last of it. */
export async function ensure<T extends KubeObject>(
  client: Client,
  resource: ResourceRef,
  found: T | undefined,
  wanted: T,
  repair: Repair<T>,
  options?: Options,
): Promise<void> {
  const { name = "", namespace } = wanted.metadata;
  const place = namespace === undefined ? { name } : { namespace, name };
  let present = found;
  for (;;) {
    try {
      if (present === undefined) await client.create(resource, namespace, wanted, options);
      else await repair(client, resource, present, wanted);
      return;
    } catch (error) {
      // another server does the same at the same time
      if (!isReason(error, "AlreadyExists") && !isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
      if (isReason(error, "NotFound") && present === undefined) throw error;
    }
    present = await client.get<T>(resource, place).catch((error: unknown) => {
      if (isReason(error, "NotFound")) return undefined;
      throw error;
    });
  }
}
