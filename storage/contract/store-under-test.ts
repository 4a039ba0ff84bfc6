import type { Change, Range, Storage, WriteResult } from "../storage.ts";

/** A store for one test. */
export interface Opened {
  /** Empty at the start. */
  readonly storage: Storage;
  /** Closes the storage and opens it again over the same data. */
  reopen(): Promise<Storage>;
  /** Closes whatever is open and leaves nothing behind. */
  dispose(): Promise<void>;
}

/** The store of the test that runs, and short forms of what tests do with it. */
export class StoreUnderTest {
  #opened: Opened | undefined;
  #storage: Storage | undefined;

  use(opened: Opened): void {
    this.#opened = opened;
    this.#storage = opened.storage;
  }

  get storage(): Storage {
    if (this.#storage === undefined) throw new Error("no store is open");
    return this.#storage;
  }

  async reopen(): Promise<void> {
    this.#storage = await this.#opened?.reopen();
  }

  async dispose(): Promise<void> {
    await this.#opened?.dispose();
  }

  readonly create = (key: string, value = key): Promise<number> => revisionOf(this.storage.create(key, bytes(value)));
  readonly update = (key: string, value: string, revision: number): Promise<number> =>
    revisionOf(this.storage.update(key, bytes(value), revision));
  readonly remove = (key: string, revision: number): Promise<number> => revisionOf(this.storage.delete(key, revision));

  /** A scan with items as text, `key = value`. */
  readonly scanned = async (range: Range): Promise<{ items: string[]; remaining: number }> => {
    const { items, remaining } = await this.storage.scan(range);
    return { items: items.map((item) => `${item.key} = ${text(item.value)}`), remaining };
  };
}

export const bytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

export const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString();

/** The revision of a write that must have succeeded. */
export async function revisionOf(write: Promise<WriteResult>): Promise<number> {
  const result = await write;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.current)}`);
  return result.revision;
}

/** Changes as text: `key = value was value` or `key removed was value`. */
export function show(changes: readonly Change[]): string[] {
  return changes.map(({ key, value, previous }) => {
    const before = previous === undefined ? "" : ` was ${text(previous.value)}`;
    return `${key} ${value === undefined ? "removed" : `= ${text(value)}`}${before}`;
  });
}
