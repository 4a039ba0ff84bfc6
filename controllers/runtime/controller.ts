import type { Client } from "../../client/client.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What every controller is given: the API as it sees it, the time, and someone to tell. */
export interface Surroundings {
  readonly client: Client;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: ControllerLog;
}

export interface ControllerLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A controller as the program knows it. It runs until `signal` aborts. */
export interface Controller {
  readonly name: string;
  /** Makes what has to be there before anyone is served. */
  prepare?(surroundings: Surroundings): Promise<void>;
  run(surroundings: Surroundings, signal: AbortSignal): Promise<void>;
}

/** When to look at the key again although nothing changed; undefined: not before something does. */
export type ReconcileResult = { readonly requeueAfter: number } | undefined;

/**
 * Works on the keys of a queue until `signal` aborts. What fails is contained to its key: it is logged and tried again later and later.
 */
export async function workOn(
  name: string,
  queue: WorkQueue,
  workers: number,
  { log }: Surroundings,
  signal: AbortSignal,
  reconcile: (key: string) => Promise<ReconcileResult>,
): Promise<void> {
  signal.addEventListener("abort", () => queue.close(), { once: true });
  if (signal.aborted) queue.close();
  const work = async () => {
    for (let key = await queue.next(); key !== undefined; key = await queue.next()) {
      try {
        const result = await reconcile(key);
        queue.forget(key);
        if (result !== undefined) queue.addAfter(key, result.requeueAfter);
      } catch (error) {
        if (!signal.aborted) log.error({ controller: name, key, err: error }, "reconciling failed, it will be tried again");
        queue.addFailed(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
