import { setTimeout as sleep } from "node:timers/promises";
import { WebhookError } from "./webhook-error.ts";

/** How often something is tried, and with what pauses between. */
export interface Backoff {
  /** Attempts at most. */
  readonly steps: number;
  /** The first pause, in ms. */
  readonly first: number;
  /** By which each pause is longer than the one before. */
  readonly factor: number;
  /** Up to this part of itself, a pause is longer by chance. */
  readonly jitter: number;
}

/** What kube-apiserver gives webhooks that decide about requests: about four seconds in all. */
export const WEBHOOK_BACKOFF: Backoff = { steps: 5, first: 500, factor: 1.5, jitter: 0.2 };

/** Nobody is waited for longer than this between two attempts, in ms, whatever he asks for. */
const LONGEST_PAUSE = 30_000;

/** Whether it may succeed the next time. */
const isPassing = (error: unknown): boolean => error instanceof WebhookError && error.passing;

/**
 * Tries until it succeeds, or fails in a way that does not pass. Where the other side says how long to wait, it is waited for that long.
 * (k8s.io/apiserver, pkg/util/webhook/webhook.go)
 * @param passes whether to try again after an error; by default one that says so of itself
 * @throws WebhookError of the last attempt
 */
export async function withBackoff<T>(
  { steps, first, factor, jitter }: Backoff,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  passes: (error: unknown) => boolean = isPassing,
): Promise<T> {
  let pause = first;
  for (let step = 1; ; step++) {
    try {
      return await attempt();
    } catch (error) {
      if (!passes(error) || step >= steps || signal.aborted) throw error;
      const asked = error instanceof WebhookError ? error.retryAfter : undefined;
      const wait = asked === undefined ? pause * (1 + Math.random() * jitter) : Math.min(asked * 1000, LONGEST_PAUSE);
      await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
    pause *= factor;
  }
}
