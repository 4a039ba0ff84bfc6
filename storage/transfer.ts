import { type Storage, StorageError } from "./storage.ts";

/** Objects read at once. */
const PAGE = 500;

/** Writes under way at once. */
const WRITERS = 32;

/**
 * Copies everything that is current, as of one revision, into a store that has nothing. Keys and values are the same there (encrypted ones
 * stay so); revisions are the new store's own. A copy that fails leaves part of it.
 * @returns how many objects
 * @throws StorageError if the target holds something
 */
export async function copyStorage(from: Storage, to: Storage): Promise<number> {
  const { items, remaining } = await to.scan({ prefix: "", limit: 1 });
  if (items.length + remaining > 0)
    throw new StorageError(`${to.name} holds ${items.length + remaining} objects already; nothing was copied`);
  let copied = 0;
  let revision: number | undefined;
  for (let start: string | undefined = ""; start !== undefined; ) {
    const page = await from.scan({ prefix: "", from: start, limit: PAGE, ...(revision !== undefined && { revision }) });
    revision = page.revision;
    const waiting = page.items.values();
    const write = async () => {
      for (const { key, value } of waiting) {
        const result = await to.create(key, value);
        if (!result.ok) throw new StorageError(`somebody else wrote ${key} in the meantime`);
        copied++;
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    const last = page.items.at(-1);
    start = page.remaining > 0 && last !== undefined ? `${last.key}\0` : undefined;
  }
  return copied;
}
