import { type CompactedError, type Observer, type Storage, StorageError, type Stored, type Watch, type WatchRange } from "../storage.ts";
import type { Cached, CacheOptions, EventType, WatchSink } from "./cached.ts";
import { WatchCache } from "./watch-cache.ts";

/** Records for tests: the value is text; a word of it is a label. */
export interface TextRecord extends Cached {
  readonly text: string;
  readonly deleted?: true;
}

export const PREFIX = "example.com/things/root/";
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export function decode({ key, value, revision }: Stored): TextRecord {
  return { key, revision, text: new TextDecoder().decode(value), bytes: 100 + value.length };
}

export function textCache(storage: Storage, options: Partial<CacheOptions<TextRecord>> = {}): WatchCache<TextRecord> {
  return new WatchCache<TextRecord>({
    storage,
    decode,
    tombstone: (last, revision) => ({ ...last, revision, deleted: true }),
    now: () => performance.now(),
    ...options,
  });
}

/** A sink that writes down what it is sent: `ADDED a 3 red` is the key below the collection, the revision and the text. */
export class Recorder implements WatchSink<TextRecord> {
  readonly events: string[] = [];
  readonly records: TextRecord[] = [];
  readonly ended: (Error | undefined)[] = [];
  /** Asks for a pause after each event while true. */
  full = false;

  event(type: EventType, record: TextRecord): boolean {
    this.events.push(`${type} ${record.key.slice(PREFIX.length)} ${record.revision} ${record.text}`);
    this.records.push(record);
    return !this.full;
  }

  initialEnd(revision: number): boolean {
    this.events.push(`SYNCED ${revision}`);
    return !this.full;
  }

  end(error: Error | undefined): void {
    this.ended.push(error);
  }

  /** Empties `events`. */
  take(): string[] {
    return this.events.splice(0);
  }
}

/** Waits some turns of the event loop, in which everything that is ready is delivered. */
export async function settle(turns = 8): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * An engine that answers like etcd: the current revision has to be asked for, changes come when the test lets them through, and progress
 * is told on request only.
 */
export class DistantStorage implements Storage {
  readonly name = "distant";
  readonly exclusive = false;
  readonly #store: Storage;
  /** Requests of the current revision that have not been answered. */
  readonly questions: ((error?: Error) => void)[] = [];
  /** Messages to observers on their way. */
  readonly #mail: (() => void)[] = [];
  readonly #streams: { readonly observer: Observer; close(): void }[] = [];
  asked = 0;
  progressRequests = 0;
  /** Answers and delivers at once. */
  open = true;

  constructor(store: Storage) {
    this.#store = store;
  }

  get = (key: string) => this.#store.get(key);
  scan: Storage["scan"] = (range) => this.#store.scan(range);
  create: Storage["create"] = (key, value) => this.#store.create(key, value);
  update: Storage["update"] = (key, value, revision) => this.#store.update(key, value, revision);
  delete: Storage["delete"] = (key, revision) => this.#store.delete(key, revision);
  compact = (revision: number) => this.#store.compact(revision);
  check = () => this.#store.check();
  close = () => this.#store.close();

  async currentRevision(): Promise<number> {
    this.asked++;
    if (!this.open) {
      await new Promise<void>((resolve, reject) => this.questions.push((error) => (error === undefined ? resolve() : reject(error))));
    }
    return this.#store.currentRevision();
  }

  watch(range: WatchRange, observer: Observer): Watch {
    const send = (message: () => void) => (this.open ? message() : void this.#mail.push(message));
    const watch = this.#store.watch(range, {
      changes: (batch) => send(() => observer.changes(batch)),
      progress: (revision) => send(() => observer.progress?.(revision)),
      failed: (error) => send(() => observer.failed(error)),
    });
    if (range.prefix === "") this.#streams.push({ observer, close: () => watch.close() });
    return {
      close: () => watch.close(),
      requestProgress: () => {
        this.progressRequests++;
        watch.requestProgress();
      },
    };
  }

  /** Delivers what is on its way. */
  deliver(messages = this.#mail.length): void {
    for (const message of this.#mail.splice(0, messages)) message();
  }

  /** Loses what is on its way. */
  drop(): void {
    this.#mail.length = 0;
  }

  /** Breaks the newest watch of everything. */
  breakStream(error: CompactedError | StorageError = new StorageError("it broke")): void {
    const stream = this.#streams.at(-1)!;
    stream.close();
    stream.observer.failed(error);
  }
}
