import {
  type Change,
  CompactedError,
  type Observer,
  type Range,
  type Scanned,
  type Storage,
  StorageError,
  type Stored,
  TooLargeError,
  type Watch,
  type WatchRange,
  type WriteResult,
} from "../storage.ts";
import { History } from "./history.ts";

/**
 * A store in memory: for tests, and for servers to be thrown away. What is written is "durable" at once and gone with the process.
 * Values are kept as they are given and must not be changed afterwards. Give several in turn the same history to play restarts.
 */
export class MemoryStorage implements Storage {
  readonly name = "memory";
  readonly exclusive = true;
  readonly #history: History;
  readonly #watches = new Set<Observation>();
  /** Writes that came while observers were being told. */
  readonly #writes: (() => void)[] = [];
  #writing = false;
  #closed = false;

  constructor(history = new History()) {
    this.#history = history;
  }

  async get(key: string): Promise<Stored | undefined> {
    this.#mustBeOpen();
    return this.#history.get(key);
  }

  async scan(range: Range): Promise<Scanned> {
    this.#mustBeOpen();
    return this.#history.scan(range);
  }

  async create(key: string, value: Uint8Array): Promise<WriteResult> {
    return this.#write(key, value, undefined);
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<WriteResult> {
    return this.#write(key, value, revision);
  }

  async delete(key: string, revision: number): Promise<WriteResult> {
    return this.#write(key, undefined, revision);
  }

  watch({ prefix, after, previous = false }: WatchRange, observer: Observer): Watch {
    this.#mustBeOpen();
    const watch: Observation = { prefix, previous, observer, told: after, open: true, started: false };
    this.#watches.add(watch);
    // The past is told in the next microtask: an observer is not called before it has its Watch.
    queueMicrotask(() => {
      watch.started = true;
      this.#tell(watch);
    });
    return {
      requestProgress: () => {
        queueMicrotask(() => {
          if (watch.open) observer.progress?.(Math.max(this.#history.revision, after));
        });
      },
      close: () => this.#end(watch),
    };
  }

  currentRevision(): number {
    return this.#history.revision;
  }

  async compact(revision: number): Promise<void> {
    this.#mustBeOpen();
    this.#history.compact(revision);
  }

  async check(): Promise<void> {
    this.#mustBeOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) this.#end(watch);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StorageError("the store is closed");
  }

  /** One write after the other: one that an observer makes while it is told of another waits until all have been told. */
  #write(key: string, value: Uint8Array | undefined, expected: number | undefined): Promise<WriteResult> {
    this.#mustBeOpen();
    if (value !== undefined && value.length > MAX_VALUE_BYTES) throw new TooLargeError();
    return new Promise((resolve) => {
      this.#writes.push(() => {
        const result = this.#history.write(key, value, expected);
        if (result.ok) for (const watch of this.#watches) if (watch.started) this.#tell(watch);
        resolve(result);
      });
      if (this.#writing) return;
      this.#writing = true;
      for (let write = this.#writes.shift(); write !== undefined; write = this.#writes.shift()) write();
      this.#writing = false;
    });
  }

  /** Tells a watch what it has not been told. An observer that fails ends its own watch: the write was stored all the same. */
  #tell(watch: Observation): void {
    if (!watch.open) return;
    try {
      if (watch.told < this.#history.oldest) throw new CompactedError(this.#history.oldest);
      const changes: Change[] = [...this.#history.changes(watch.prefix, watch.told, watch.previous)];
      watch.told = Math.max(watch.told, this.#history.revision);
      if (changes.length > 0) watch.observer.changes(changes);
    } catch (error) {
      this.#end(watch);
      queueMicrotask(() => watch.observer.failed(error as Error));
    }
  }

  #end(watch: Observation): void {
    watch.open = false;
    this.#watches.delete(watch);
  }
}

interface Observation {
  readonly prefix: string;
  readonly previous: boolean;
  readonly observer: Observer;
  told: number;
  open: boolean;
  started: boolean;
}

/** etcd's --max-request-bytes. */
const MAX_VALUE_BYTES = 1.5 * 1024 * 1024;
