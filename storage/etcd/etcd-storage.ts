import type { IKeyValue, IRangeRequest, IRangeResponse, ITxnRequest } from "etcd3";
import {
  CompactedError,
  FutureRevisionError,
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
import { CallError, readError, writeError } from "./call-error.ts";
import type { Cluster } from "./cluster.ts";
import { Keys, ownBytes } from "./keys.ts";
import { EtcdWatch, oldestRevision } from "./watch.ts";

/** `check` answers in that time, one way or the other. */
const CHECK_MILLISECONDS = 2_000;

/** Members that do not answer `stats` in that time count as away; kube-apiserver gives them as much. */
const STATS_MILLISECONDS = 1_000;

/** A page of a scan should bring that many bytes: decoding it blocks the event loop for a few milliseconds. */
const PAGE_BYTES = 1024 * 1024;
const FIRST_PAGE = 50;
const LARGEST_PAGE = 1000;

/**
 * The etcd engine. Three shapes of transaction, each asking for the key's last revision and answering with the current state where it is
 * another; linearizable reads; scans in pages at one revision; a stream for each watch.
 */
export class EtcdStorage implements Storage {
  readonly name = "etcd";
  readonly exclusive = false;
  readonly #cluster: Cluster;
  readonly #keys: Keys;
  readonly #watches = new Set<EtcdWatch>();
  readonly #running = new Set<Promise<unknown>>();
  /** Those who ask at the same time share an answer: anybody may ask. */
  #checking: Promise<unknown> | undefined;
  #closed: Promise<void> | undefined;

  readonly #onClose: () => void;

  /** @param onClose called before the cluster is closed */
  constructor(cluster: Cluster, prefix: string, onClose: () => void = () => {}) {
    this.#cluster = cluster;
    this.#keys = new Keys(prefix);
    this.#onClose = onClose;
  }

  async get(key: string): Promise<Stored | undefined> {
    const { kvs } = await this.#range({ key: this.#keys.encode(key) });
    return kvs[0] && this.#stored(kvs[0]);
  }

  async scan(range: Range): Promise<Scanned> {
    for (;;) {
      try {
        return await this.#scanOnce(range);
      } catch (error) {
        if (isFuture(error)) throw new FutureRevisionError(await this.currentRevision());
        if (!isCompacted(error)) throw error;
        if (range.revision !== undefined) throw new CompactedError(await oldestRevision(this.#cluster, this.#keys));
        // Compaction overtook the scan between two pages: the newest state serves as well.
      }
    }
  }

  create(key: string, value: Uint8Array): Promise<WriteResult> {
    return this.#write(key, 0, { request_put: { key: this.#keys.encode(key), value: asBuffer(value) } });
  }

  update(key: string, value: Uint8Array, revision: number): Promise<WriteResult> {
    if (revision <= 0) return this.#refuse(key);
    return this.#write(key, revision, { request_put: { key: this.#keys.encode(key), value: asBuffer(value) } });
  }

  delete(key: string, revision: number): Promise<WriteResult> {
    if (revision <= 0) return this.#refuse(key);
    return this.#write(key, revision, { request_delete_range: { key: this.#keys.encode(key) } });
  }

  watch(range: WatchRange, observer: Observer): Watch {
    this.#mustBeOpen();
    const watch = new EtcdWatch(this.#cluster, this.#keys, range, observer, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  async currentRevision(): Promise<number> {
    // A key that nothing can have: ours continue with a slash. Any linearizable read tells the revision.
    const { header } = await this.#range({ key: this.#keys.nowhere, count_only: true });
    return Number(header.revision);
  }

  async compact(revision: number): Promise<void> {
    try {
      await this.#call(() => this.#cluster.compact({ revision: String(revision) }));
    } catch (error) {
      if (isCompacted(error)) return;
      if (isFuture(error)) throw new FutureRevisionError(await this.currentRevision());
      throw readError(error);
    }
  }

  async check(): Promise<void> {
    this.#checking ??= this.#range({ key: this.#keys.nowhere, count_only: true }, CHECK_MILLISECONDS).finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async stats(): Promise<StorageStats> {
    const answers = await this.#call(() => this.#cluster.members(STATS_MILLISECONDS));
    const members = answers.map(({ url, status }) => ({
      endpoint: url,
      healthy: status !== undefined && status.leader !== "0",
      leads: status !== undefined && status.leader === status.header.member_id,
      bytes: status && Number(status.dbSize),
      bytesInUse: status && Number(status.dbSizeInUse),
    }));
    return { bytes: members.find(({ bytes }) => bytes !== undefined)?.bytes, members };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#onClose();
    for (const watch of [...this.#watches]) watch.close();
    this.#cluster.drain();
    // Nobody can start a call any more: the flag is set as soon as this function pauses, and all calls look at it first.
    await Promise.allSettled([...this.#running]);
    this.#cluster.close();
  }

  async #scanOnce(range: Range): Promise<Scanned> {
    const limit = range.limit ?? Number.POSITIVE_INFINITY;
    const end = this.#keys.end(range.prefix);
    let start = this.#keys.start(range.prefix, range.from);
    const items: Stored[] = [];
    if (Buffer.compare(start, end) >= 0) return { items, revision: range.revision ?? (await this.currentRevision()), remaining: 0 };
    let { revision } = range;
    let page = FIRST_PAGE;
    for (;;) {
      const wanted = Math.min(page, limit - items.length);
      const request: IRangeRequest = { key: start, range_end: end, ...(revision !== undefined && { revision: String(revision) }) };
      const answer = await this.#range(wanted === 0 ? { ...request, count_only: true } : { ...request, limit: String(wanted) });
      // Without a revision in the request, the answer is as of the one in its header; the other pages follow it.
      revision ??= Number(answer.header.revision);
      let bytes = 0;
      for (const kv of answer.kvs) {
        items.push(this.#stored(kv));
        bytes += kv.key.length + kv.value.length;
      }
      const remaining = Number(answer.count) - answer.kvs.length;
      const last = answer.kvs.at(-1);
      if (items.length >= limit || remaining === 0 || last === undefined) return { items, revision, remaining };
      start = Buffer.concat([last.key, ZERO]);
      const fitting = Math.floor((PAGE_BYTES * answer.kvs.length) / bytes);
      page = Math.max(1, Math.min(fitting, page * 4, LARGEST_PAGE));
    }
  }

  async #write(key: string, expected: number, success: NonNullable<ITxnRequest["success"]>[number]): Promise<WriteResult> {
    if (key === "") throw new StorageError("a key must not be empty");
    const bytes = this.#keys.encode(key);
    const request: ITxnRequest = {
      compare: [{ key: bytes, target: "Mod", result: "Equal", mod_revision: String(expected) }],
      success: [success],
      failure: [{ request_range: { key: bytes } }],
    };
    try {
      const answer = await this.#call(() => this.#cluster.txn(request));
      if (answer.succeeded) return { ok: true, revision: Number(answer.header.revision) };
      const current = answer.responses[0]?.response_range?.kvs[0];
      return { ok: false, current: current && this.#stored(current) };
    } catch (error) {
      throw writeError(error);
    }
  }

  async #refuse(key: string): Promise<WriteResult> {
    return { ok: false, current: await this.get(key) };
  }

  /** @throws StorageError, or etcd's own error about the revision asked for */
  async #range(request: IRangeRequest, milliseconds?: number): Promise<IRangeResponse> {
    try {
      return await this.#call(() => this.#cluster.range(request, milliseconds));
    } catch (error) {
      throw isCompacted(error) || isFuture(error) ? error : readError(error);
    }
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    const running = call();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #stored(kv: IKeyValue): Stored {
    return { key: this.#keys.decode(kv.key), value: ownBytes(kv.value), revision: Number(kv.mod_revision) };
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new StorageError("the store is closed");
  }
}

const isCompacted = (error: unknown) => error instanceof CallError && error.isCompacted;
const isFuture = (error: unknown) => error instanceof CallError && error.isFuture;

const ZERO = Buffer.of(0);

/** The same memory, as the client wants it. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
