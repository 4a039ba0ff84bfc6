import { CallError, readError } from "./call-error.ts";
import type { Cluster } from "./cluster.ts";

type Calls = Pick<Cluster, "txn" | "compact">;

/** The key that kube-apiservers agree with: whoever shares an etcd with one takes turns with it too. It lies outside every prefix. */
const KEY = Buffer.from("compact_rev_key");

/**
 * Has etcd forget history, in turn with everybody else who does (k8s.io/apiserver, pkg/storage/etcd3/compact.go). The key's version counts
 * the rounds of all; who finds it as they left it one interval ago writes it and compacts:
 *
 *     minute   A: version it knows        B: version it knows        the key (version)    compacted
 *     0        0 -> writes, nothing yet                              revision 40 (1)
 *     1                                   0 -> is 1: learns that
 *     5        1 -> writes                                           revision 90 (2)      to 40
 *     6                                   1 -> is 2: learns that
 *     10       2 -> writes                                           revision 120 (3)     to 90
 *
 * So one of them does the work as long as it lives, and history is kept for one to two intervals.
 */
export class Compactor {
  readonly #cluster: Calls;
  #version = 0;
  /** The newest revision one interval ago. */
  #revision = 0;

  constructor(cluster: Calls) {
    this.#cluster = cluster;
  }

  /**
   * To be called once in every interval.
   * @returns the revision up to which history went; undefined where it was not this one's turn
   */
  async round(): Promise<number | undefined> {
    const answer = await this.#cluster.txn({
      compare: [{ key: KEY, target: "Version", result: "Equal", version: String(this.#version) }],
      success: [{ request_put: { key: KEY, value: Buffer.from(String(this.#revision)) } }],
      failure: [{ request_range: { key: KEY } }],
    });
    const due = this.#revision;
    this.#revision = Number(answer.header.revision);
    if (!answer.succeeded) {
      this.#version = Number(answer.responses[0]?.response_range?.kvs[0]?.version ?? 0);
      return undefined;
    }
    this.#version++;
    if (due === 0) return undefined;
    try {
      await this.#cluster.compact({ revision: String(due) });
    } catch (error) {
      // somebody who knows nothing of turns went further
      if (!(error instanceof CallError && error.isCompacted)) throw error;
    }
    return due;
  }
}

/** What compacts as long as the process lives. */
export interface CompactionOptions {
  readonly milliseconds: number;
  /** A round failed; the next one comes all the same. */
  readonly failed: (error: Error) => void;
}

/** Compacts in every interval until what it returns is called. */
export function keepCompacting(cluster: Calls, { milliseconds, failed }: CompactionOptions): () => void {
  const compactor = new Compactor(cluster);
  let stopped = false;
  const round = () => {
    compactor.round().catch((error) => {
      if (!stopped) failed(readError(error));
    });
  };
  // the first round only looks, so that the second one may compact
  round();
  const timer = setInterval(round, milliseconds).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
