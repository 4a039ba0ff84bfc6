import { resourceVersionTooLarge } from "../../apimachinery/status/status.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import type { ObjectRecord } from "../registry/object-record.ts";

/** How long a read waits for a revision that this server has not seen yet, in milliseconds. */
const FRESHNESS_WAIT = 3000;

/** Waits until a collection shows at least `revision`. @throws StatusError Timeout, with the cause ResourceVersionTooLarge */
export function notOlderThan(collection: Collection<ObjectRecord>, revision: number | bigint): undefined | Promise<undefined> {
  const reached = collection.reached(Number(revision), FRESHNESS_WAIT);
  if (reached === true) return undefined;
  return reached.then((inTime) => {
    if (!inTime) throw resourceVersionTooLarge(revision, collection.revision);
    return undefined;
  });
}
