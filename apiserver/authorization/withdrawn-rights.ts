import type { Attributes, Authorizer, Decision } from "./authorizer.ts";

/** A watch under way. */
export interface OpenStream {
  /** Whose it is, and what was asked for when it was let in. */
  readonly attributes: Attributes;
  /** Ends it cleanly. */
  drain(): void;
}

/** Streams that are looked at in one go. */
const SLICE = 200;

/** Questions to webhooks that are under way for that. */
const ASKED_AT_ONCE = 16;

/**
 * Between a change and the look at what it means for streams, and between two looks, in ms: changes come in groups, and a watch may just have
 * been let in and not be open yet.
 */
const PAUSE = 20;

/**
 * Ends the streams of those who have lost the right to them: whoever may not open a watch is not to go on with one. kube-apiserver leaves it open
 * until it ends by itself; a client opens it again then, and learns.
 */
export class WithdrawnRights {
  readonly #streams: ReadonlySet<OpenStream>;
  readonly #authorizer: Authorizer;
  #due = false;
  #looking = false;

  constructor(streams: ReadonlySet<OpenStream>, authorizer: Authorizer) {
    this.#streams = streams;
    this.#authorizer = authorizer;
  }

  /** Somebody may have other rights from now on. */
  changed(): void {
    this.#due = true;
    if (this.#looking) return;
    this.#looking = true;
    setTimeout(() => void this.#look(), PAUSE).unref();
  }

  async #look(): Promise<void> {
    this.#due = false;
    const asked = new Set<Promise<void>>();
    let looked = 0;
    for (const stream of [...this.#streams]) {
      const later = this.#lookAt(stream);
      if (later !== undefined) {
        asked.add(later);
        void later.then(() => asked.delete(later));
        if (asked.size >= ASKED_AT_ONCE) await Promise.race(asked);
      }
      if (++looked % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#looking = false;
    if (this.#due) this.changed();
  }

  /** At once, or when a webhook has answered. Where it cannot be found out, a stream goes on. */
  #lookAt(stream: OpenStream): Promise<void> | undefined {
    const end = ({ verdict, error }: Decision) => {
      if (verdict !== "allow" && error === undefined) stream.drain();
    };
    try {
      const decision = this.#authorizer(stream.attributes);
      if (decision instanceof Promise) return decision.then(end, () => {});
      end(decision);
    } catch {
      // an authorizer that fails takes nothing away
    }
    return undefined;
  }
}
