import {
  type Change,
  type Observer,
  type Range,
  type Scanned,
  type Storage,
  StorageError,
  type StorageStats,
  type Stored,
  type Watch,
  type WatchRange,
  type WriteResult,
} from "../storage.ts";
import type { EncryptionConfiguration } from "./configuration.ts";
import type { Transformer } from "./transformer.ts";

/** A store whose values lie encrypted in another one, by the rules of a configuration. Keys, revisions and sizes stay to be seen. */
export class EncryptedStorage implements Storage {
  readonly #inner: Storage;
  readonly #configuration: EncryptionConfiguration;
  /** By the part of a key that names its resource. */
  readonly #transformers = new Map<string, Transformer>();

  constructor(inner: Storage, configuration: EncryptionConfiguration) {
    this.#inner = inner;
    this.#configuration = configuration;
  }

  get name(): string {
    return this.#inner.name;
  }

  get exclusive(): boolean {
    return this.#inner.exclusive;
  }

  async get(key: string): Promise<Stored | undefined> {
    const stored = await this.#inner.get(key);
    return stored && this.#plain(stored);
  }

  async stale(key: string): Promise<Stored | undefined> {
    const stored = await this.#inner.get(key);
    if (stored === undefined) return undefined;
    const { value, stale } = this.#read(key, stored.value);
    return stale ? { ...stored, value } : undefined;
  }

  async scan(range: Range): Promise<Scanned> {
    const scanned = await this.#inner.scan(range);
    return { ...scanned, items: scanned.items.map((item) => this.#plain(item)) };
  }

  async create(key: string, value: Uint8Array): Promise<WriteResult> {
    return this.#result(await this.#inner.create(key, this.#of(key).toStored(value, key)));
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<WriteResult> {
    return this.#result(await this.#inner.update(key, this.#of(key).toStored(value, key), revision));
  }

  async delete(key: string, revision: number): Promise<WriteResult> {
    return this.#result(await this.#inner.delete(key, revision));
  }

  /** A value that cannot be read ends the watch: nothing that follows it may be told as if it had not been. */
  watch(range: WatchRange, observer: Observer): Watch {
    const watch = this.#inner.watch(range, {
      changes: (batch) => {
        let plain: Change[];
        try {
          plain = batch.map((change) => this.#plainChange(change));
        } catch (error) {
          watch.close();
          observer.failed(error as Error);
          return;
        }
        observer.changes(plain);
      },
      ...(observer.progress && { progress: (revision: number) => observer.progress?.(revision) }),
      failed: (error) => observer.failed(error),
    });
    return watch;
  }

  currentRevision(): number | Promise<number> {
    return this.#inner.currentRevision();
  }

  compact(revision: number): Promise<void> {
    return this.#inner.compact(revision);
  }

  check(): Promise<void> {
    return this.#inner.check();
  }

  async stats(): Promise<StorageStats> {
    return (await this.#inner.stats?.()) ?? { bytes: undefined };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #of(key: string): Transformer {
    const head = key.slice(0, key.indexOf("/", key.indexOf("/") + 1));
    let transformer = this.#transformers.get(head);
    if (transformer === undefined) {
      const [group = "", resource = ""] = head.split("/");
      transformer = this.#configuration.transformer({ group: group === "core" ? "" : group, resource });
      this.#transformers.set(head, transformer);
    }
    return transformer;
  }

  #read(key: string, stored: Uint8Array) {
    try {
      return this.#of(key).fromStored(stored, key);
    } catch (error) {
      throw new StorageError(`unable to transform key ${JSON.stringify(key)}: ${(error as Error).message}`, error);
    }
  }

  #plain(stored: Stored): Stored {
    return { ...stored, value: this.#read(stored.key, stored.value).value };
  }

  #result(result: WriteResult): WriteResult {
    return result.ok || result.current === undefined ? result : { ok: false, current: this.#plain(result.current) };
  }

  #plainChange(change: Change): Change {
    return {
      ...change,
      value: change.value && this.#read(change.key, change.value).value,
      ...(change.previous && { previous: this.#plain(change.previous) }),
    };
  }
}
