import type { KubeObject } from "../../apimachinery/object.ts";
import type { Storage } from "../../storage/storage.ts";
import type { ObjectRecord } from "./object-record.ts";
import type { Resource } from "./resource.ts";
import { writeObject } from "./write-object.ts";

/** What an attempt makes of the state it is shown. */
export type Outcome =
  /** Store this object. */
  | { readonly do: "store"; readonly object: KubeObject }
  /** Remove it; the object is what the answer shows. */
  | { readonly do: "remove"; readonly object: KubeObject }
  /** Nothing changes; the object, where there is one, as it would be stored. */
  | { readonly do: "nothing"; readonly object?: KubeObject };

/** What became of it. */
export type Result =
  | { readonly did: "stored"; readonly record: ObjectRecord; readonly created: boolean }
  | { readonly did: "removed"; readonly object: KubeObject; readonly revision: number }
  | { readonly did: "nothing"; readonly record: ObjectRecord }
  /** Dry run: what would have been stored or shown. */
  | { readonly did: "tried"; readonly object: KubeObject; readonly created: boolean; readonly removed: boolean };

export interface UpdateOptions {
  readonly storage: Storage;
  readonly resource: Resource;
  readonly controlPlane: string;
  readonly key: string;
  readonly dryRun: boolean;
  /** An object that is too large is not stored without its `managedFields` either. */
  readonly ownersStay?: boolean;
}

/**
 * Reads, changes and writes one object until no other writer comes between (k8s.io/apiserver, pkg/storage/interfaces.go).
 *
 * The first attempt takes the cached state, which may lag behind where the store is shared. What an attempt makes of such a state counts
 * only if the write finds it unchanged; a refusal, "nothing to do" and what a dry run tells are checked against the store before they are believed.
 *
 * @param attempt may run several times; it throws to refuse
 */
export async function guaranteedUpdate(
  options: UpdateOptions,
  attempt: (current: ObjectRecord | undefined) => Promise<Outcome> | Outcome,
): Promise<Result> {
  const { storage, resource, key, dryRun } = options;
  const collection = await resource.collection(options.controlPlane);
  let current = collection.get(key);
  let fresh = storage.exclusive;
  for (;;) {
    let outcome: Outcome | undefined;
    let refusal: unknown;
    try {
      outcome = await attempt(current);
    } catch (error) {
      if (fresh) throw error;
      refusal = error;
    }
    if (!fresh && (dryRun || outcome === undefined || outcome.do === "nothing")) {
      const stored = await storage.get(key);
      fresh = true;
      if (stored?.revision === current?.revision) {
        if (outcome === undefined) throw refusal;
      } else {
        current = stored && resource.record(stored);
        continue;
      }
    }
    let decided = outcome as Outcome;
    if (decided.do === "nothing") {
      // written all the same where the store would keep it in another form now: so are encryption keys rotated
      const stale = dryRun ? undefined : await storage.stale?.(key);
      if (stale !== undefined) decided = { do: "store", object: resource.object(resource.record(stale)) };
      else {
        const { object } = decided;
        const wanted = object !== undefined && !dryRun && (await liesOtherwise(options, current as ObjectRecord, object));
        if (!wanted) return { did: "nothing", record: current as ObjectRecord };
        decided = { do: "store", object };
      }
    }
    if (dryRun) {
      return { did: "tried", object: resource.shown(decided.object), created: current === undefined, removed: decided.do === "remove" };
    }

    if (decided.do === "remove") {
      const { revision } = current as ObjectRecord;
      const result = await storage.delete(key, revision);
      if (result.ok) return { did: "removed", object: decided.object, revision: result.revision };
      current = result.current && resource.record(result.current);
    } else {
      const { value, result } = await writeObject(resource, decided.object, options, (bytes) =>
        current === undefined ? storage.create(key, bytes) : storage.update(key, bytes, current.revision),
      );
      if (result.ok) {
        const record = resource.written(options.controlPlane, { key, value, revision: result.revision });
        return { did: "stored", record, created: current === undefined };
      }
      current = result.current && resource.record(result.current);
    }
    fresh = true;
  }
}

/**
 * Whether storing an object would change what is stored although reads show no difference: what lies there was written under another schema, or
 * has fields that the version of the write does not know. Such an object is written, as kube-apiserver does: so are stored versions migrated.
 */
async function liesOtherwise({ storage, resource, key }: UpdateOptions, current: ObjectRecord, object: KubeObject): Promise<boolean> {
  if (!resource.custom || (resource.storage === resource && current.asStored)) return false;
  const stored = await storage.get(key);
  return stored?.revision === current.revision && !resource.isStoredAs(stored.value, object);
}
