import type { Change, Storage } from "../storage.ts";

/** Changes as the store tells them: all above the revision asked for, up to `reached`. */
export interface Stretch {
  readonly changes: readonly Change[];
  readonly reached: number;
}

export interface StretchOptions {
  readonly storage: Storage;
  readonly prefix: string;
  /** From here (exclusive) to there. */
  readonly after: number;
  readonly upTo: number;
  /** Ends early when it has so many bytes of values. */
  readonly limit: number;
  readonly signal: AbortSignal;
  timer(ms: number, run: () => void): () => void;
}

/**
 * Reads a stretch of history, with the state before each change. The store's watch has no back-pressure, so it is closed as soon as there
 * is enough. Rejects with a CompactedError when history does not reach, or with what broke the engine, or with the reason of `signal`.
 */
export function readHistory({ storage, prefix, after, upTo, limit, signal, timer }: StretchOptions): Promise<Stretch> {
  return new Promise((resolve, reject) => {
    const changes: Change[] = [];
    let bytes = 0;
    let over = false;
    let cancelAsking: (() => void) | undefined;

    const finish = (settle: () => void) => {
      if (over) return;
      over = true;
      cancelAsking?.();
      signal.removeEventListener("abort", abort);
      // The watch may be over before `storage.watch` has returned it.
      queueMicrotask(() => watch.close());
      settle();
    };
    const reach = (reached: number) => finish(() => resolve({ changes, reached }));
    const abort = () => finish(() => reject(signal.reason));
    signal.addEventListener("abort", abort);

    const watch = storage.watch(
      { prefix, after, previous: true },
      {
        changes: (batch) => {
          for (const change of batch) {
            if (over) return;
            if (change.revision > upTo) return reach(upTo);
            changes.push(change);
            bytes += (change.value?.length ?? 0) + (change.previous?.value.length ?? 0);
            if (bytes > limit) return reach(change.revision);
          }
        },
        progress: (revision) => {
          if (revision >= upTo) reach(upTo);
        },
        failed: (error) => finish(() => reject(error)),
      },
    );

    // Where nothing happened there is no change to see the end by, and an engine may drop a request that comes before it is ready.
    const ask = () => {
      if (over) return;
      cancelAsking = timer(ASK_MS, ask);
      watch.requestProgress();
    };
    ask();
  });
}

const ASK_MS = 100;
