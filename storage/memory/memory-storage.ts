import { endOfPrefix, sortable } from "../key-order.ts";
import {
  type Change,
  CompactedError,
  FutureRevisionError,
  type Observer,
  type Range,
  type Scanned,
  type Storage,
  StorageError,
  type Stored,
  type Watch,
  type WatchRange,
  type WriteResult,
} from "../storage.ts";
import { createTree, startOf } from "../tree.ts";

/**
 * A store in memory, with history: for tests and for servers to be thrown away. Nothing survives the process, and what is written is
 * "durable" at once. Values are kept as they are given and must not be changed afterwards.
 *
 *   create a = x      revision 1   a: [1 x]
 *   create b = y      revision 2   b: [2 y]
 *   update a = z      revision 3   a: [1 x, 3 z]
 *   delete b          revision 4   b: [2 y, 4 -]
 *   scan at 3                      a = z, b = y: of each key the last state up to 3
 *   compact 3                      a: [3 z], b: [2 y, 4 -]: of each key goes what scans at 3 or later cannot see
 *   compact 4                      a: [3 z]
 */
export class MemoryStorage implements Storage {
  readonly name = "memory";
  readonly exclusive = true;
  readonly #keys = createTree<State[]>();
  /** Every change above the compacted revision, oldest first. */
  #log: LogEntry[] = [];
  #revision = 0;
  #compacted = 0;
  readonly #observers = new Set<Observation>();
  readonly #writes: (() => void)[] = [];
  #writing = false;
  #closed = false;

  async get(key: string): Promise<Stored | undefined> {
    this.#mustBeOpen();
    return this.#current(sortable(key));
  }

  async scan({ prefix, from, limit, revision = this.#revision }: Range): Promise<Scanned> {
    this.#mustBeOpen();
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision < this.#compacted) throw new CompactedError(this.#compacted);
    const items: Stored[] = [];
    let remaining = 0;
    const end = endOfPrefix(sortable(prefix));
    for (const [key, states] of this.#keys.entries(startOf(prefix, from), [])) {
      if (end !== undefined && (key as string) >= end) break;
      const state = (states as State[]).findLast((state) => state.revision <= revision);
      if (state?.value === undefined) continue;
      if (limit !== undefined && items.length >= limit) remaining++;
      else items.push(state as Stored);
    }
    return { items, revision, remaining };
  }

  create(key: string, value: Uint8Array): Promise<WriteResult> {
    return this.#write(key, value, undefined);
  }

  update(key: string, value: Uint8Array, revision: number): Promise<WriteResult> {
    return this.#write(key, value, revision);
  }

  delete(key: string, revision: number): Promise<WriteResult> {
    return this.#write(key, undefined, revision);
  }

  watch({ prefix, after, previous = false }: WatchRange, observer: Observer): Watch {
    const observation: Observation = { prefix, previous, observer, told: after, replaying: true, open: true };
    this.#observers.add(observation);
    // History is told in the next microtask: an observer is not called before it has its Watch.
    queueMicrotask(() => this.#replay(observation));
    return {
      requestProgress: () => {
        queueMicrotask(() => {
          if (observation.open) observer.progress?.(Math.max(this.#revision, after));
        });
      },
      close: () => {
        observation.open = false;
        this.#observers.delete(observation);
      },
    };
  }

  currentRevision(): number {
    return this.#revision;
  }

  async compact(revision: number): Promise<void> {
    this.#mustBeOpen();
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision <= this.#compacted) return;
    this.#compacted = revision;
    const kept = this.#log.findIndex((entry) => entry.revision > revision);
    const gone = this.#log.splice(0, kept === -1 ? this.#log.length : kept);
    // Only what was written up to here can have states to drop.
    for (const place of new Set(gone.map((entry) => entry.place))) {
      const states = this.#keys.get(place);
      if (states === undefined) continue;
      const visible = states.findLastIndex((state) => state.revision <= revision);
      if (visible === -1) continue;
      states.splice(0, states[visible]!.value === undefined ? visible + 1 : visible);
      if (states.length === 0) this.#keys.delete(place);
    }
  }

  async check(): Promise<void> {
    this.#mustBeOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const observation of this.#observers) observation.open = false;
    this.#observers.clear();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StorageError("the store is closed");
  }

  #current(place: string): Stored | undefined {
    const state = this.#keys.get(place)?.at(-1);
    return state?.value === undefined ? undefined : (state as Stored);
  }

  /**
   * One write after the other: one that an observer makes while it is told of another waits until all have been told. `revision` is that
   * of the write to replace, or undefined where the key must not exist.
   */
  #write(key: string, value: Uint8Array | undefined, revision: number | undefined): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      this.#writes.push(() => {
        try {
          this.#mustBeOpen();
          resolve(this.#store(key, value, revision));
        } catch (error) {
          reject(error);
        }
      });
      if (this.#writing) return;
      this.#writing = true;
      try {
        for (let write = this.#writes.shift(); write !== undefined; write = this.#writes.shift()) write();
      } finally {
        this.#writing = false;
      }
    });
  }

  #store(key: string, value: Uint8Array | undefined, expected: number | undefined): WriteResult {
    const place = sortable(key);
    const current = this.#current(place);
    if (current?.revision !== expected) return { ok: false, current };
    const revision = ++this.#revision;
    const state: State = { key, value, revision };
    const states = this.#keys.get(place);
    if (states === undefined) this.#keys.set(place, [state]);
    else states.push(state);
    this.#log.push({ place, key, value, revision, previous: current });
    for (const observation of this.#observers) {
      if (observation.replaying || !key.startsWith(observation.prefix) || revision <= observation.told) continue;
      observation.told = revision;
      this.#tell(observation, [changeFor(observation, { key, value, revision, previous: current })]);
    }
    return { ok: true, revision };
  }

  #replay(observation: Observation): void {
    if (!observation.open) return;
    if (observation.told < this.#compacted) {
      this.#fail(observation, new CompactedError(this.#compacted));
      return;
    }
    const missed: Change[] = [];
    for (let index = this.#log.findLastIndex((entry) => entry.revision <= observation.told) + 1; index < this.#log.length; index++) {
      const entry = this.#log[index]!;
      if (entry.key.startsWith(observation.prefix)) missed.push(changeFor(observation, entry));
    }
    observation.replaying = false;
    const last = missed.at(-1);
    if (last === undefined) return;
    observation.told = last.revision;
    this.#tell(observation, missed);
  }

  /** An observer that fails ends its own watch; the write was stored all the same. */
  #tell(observation: Observation, changes: readonly Change[]): void {
    try {
      observation.observer.changes(changes);
    } catch (error) {
      this.#fail(observation, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(observation: Observation, error: Error): void {
    observation.open = false;
    this.#observers.delete(observation);
    queueMicrotask(() => observation.observer.failed(error));
  }
}

/** A key's value from one write on; undefined for its end. */
interface State {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly revision: number;
}

interface LogEntry extends State {
  /** The sortable key. */
  readonly place: string;
  readonly previous: Stored | undefined;
}

interface Observation {
  readonly prefix: string;
  readonly previous: boolean;
  readonly observer: Observer;
  told: number;
  replaying: boolean;
  open: boolean;
}

function changeFor(
  observation: Observation,
  { key, value, revision, previous }: State & { readonly previous: Stored | undefined },
): Change {
  return { key, value, revision, ...(observation.previous && previous && { previous }) };
}
