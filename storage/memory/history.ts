import { endOfPrefix, sortable } from "../key-order.ts";
import { type Change, CompactedError, FutureRevisionError, type Range, type Scanned, type Stored, type WriteResult } from "../storage.ts";
import { createTree, startOf } from "../tree.ts";

/**
 * Every state of every key since the compacted revision.
 *
 *   create a = x      revision 1   a: [1 x]              (an empty store is at 0 here)
 *   create b = y      revision 2   b: [2 y]
 *   update a = z      revision 3   a: [1 x, 3 z]
 *   delete b          revision 4   b: [2 y, 4 -]
 *   scan at 3                      a = z, b = y: of each key the last state up to 3
 *   compact 3                      a: [3 z], b: [2 y, 4 -]: of each key goes what reads at 3 or later cannot see
 *   compact 4                      a: [3 z]
 */
export class History {
  readonly #keys = createTree<State[]>();
  /** Every write above the compacted revision, oldest first. */
  #log: Write[] = [];
  #revision: number;
  #compacted = 0;

  /** `revision` is that of the empty store; etcd's is 1. */
  constructor(revision = 1) {
    this.#revision = revision;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The oldest revision that can be read, and watched after. */
  get oldest(): number {
    return this.#compacted;
  }

  get(key: string): Stored | undefined {
    const state = this.#keys.get(sortable(key))?.at(-1);
    return state !== undefined && exists(state) ? state : undefined;
  }

  /** Throws a FutureRevisionError or a CompactedError. */
  scan({ prefix, from, limit = Number.POSITIVE_INFINITY, revision = this.#revision }: Range): Scanned {
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision < this.#compacted) throw new CompactedError(this.#compacted);
    const items: Stored[] = [];
    let remaining = 0;
    const end = endOfPrefix(sortable(prefix));
    for (const [key, states] of this.#keys.entries(startOf(prefix, from), [])) {
      if (end !== undefined && (key as string) >= end) break;
      const state = (states as State[]).findLast((state) => state.revision <= revision);
      if (state === undefined || !exists(state)) continue;
      if (items.length < limit) items.push(state);
      else remaining++;
    }
    return { items, revision, remaining };
  }

  /** `expected` is the revision of the write to replace, undefined where the key must not exist; `value` is undefined to remove it. */
  write(key: string, value: Uint8Array | undefined, expected: number | undefined): WriteResult {
    const previous = this.get(key);
    if (previous?.revision !== expected) return { ok: false, current: previous };
    const revision = ++this.#revision;
    const place = sortable(key);
    const state: State = { key, value, revision };
    const states = this.#keys.get(place);
    if (states === undefined) this.#keys.set(place, [state]);
    else states.push(state);
    this.#log.push({ ...state, place, previous });
    return { ok: true, revision };
  }

  /** The changes above `after`, which is `oldest` or more. */
  *changes(prefix: string, after: number, withPrevious: boolean): Generator<Change, void, undefined> {
    for (let index = this.#log.findLastIndex((write) => write.revision <= after) + 1; index < this.#log.length; index++) {
      const { key, value, revision, previous } = this.#log[index]!;
      if (key.startsWith(prefix)) yield { key, value, revision, ...(withPrevious && previous && { previous }) };
    }
  }

  /** Throws a FutureRevisionError. */
  compact(revision: number): void {
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision <= this.#compacted) return;
    this.#compacted = revision;
    const kept = this.#log.findIndex((write) => write.revision > revision);
    const gone = this.#log.splice(0, kept === -1 ? this.#log.length : kept);
    // Only what was written up to here can have states to drop.
    for (const place of new Set(gone.map((write) => write.place))) {
      const states = this.#keys.get(place);
      const visible = states?.findLastIndex((state) => state.revision <= revision) ?? -1;
      if (states === undefined || visible === -1) continue;
      states.splice(0, exists(states[visible]!) ? visible : visible + 1);
      if (states.length === 0) this.#keys.delete(place);
    }
  }
}

/** A key from one write on; without a value once it is removed. */
interface State {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly revision: number;
}

interface Write extends State {
  /** The sortable key. */
  readonly place: string;
  readonly previous: Stored | undefined;
}

const exists = (state: State): state is State & Stored => state.value !== undefined;
