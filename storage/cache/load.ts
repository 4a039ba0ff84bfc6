import { sortable } from "../key-order.ts";
import type { Storage, Stored } from "../storage.ts";
import { createTree, type Tree } from "../tree.ts";
import type { Cached } from "./cached.ts";
import { Slice } from "./dispatcher.ts";
import { Snapshot, type Window } from "./snapshot.ts";

export interface Reading<T extends Cached> {
  readonly storage: Storage;
  decode(stored: Stored): T;
  now(): number;
}

/** Everything under `prefix` as of one revision: that one, or the newest. In pages and slices, whatever the size. */
export async function readWhole<T extends Cached>(
  { storage, decode, now }: Reading<T>,
  prefix: string,
  revision?: number,
): Promise<{ readonly tree: Tree<T>; readonly revision: number; readonly bytes: number }> {
  let bytes = 0;
  const tree = createTree<T>();
  const slice = new Slice(now);
  let at = revision;
  let from: string | undefined;
  for (;;) {
    const page = await storage.scan({ prefix, limit: PAGE, ...(from && { from }), ...(at !== undefined && { revision: at }) });
    at ??= page.revision;
    slice.restart();
    for (const stored of page.items) {
      const record = decode(stored);
      tree.set(sortable(stored.key), record);
      bytes += record.bytes;
      if (slice.spent()) await slice.next();
    }
    const last = page.items.at(-1);
    if (page.remaining === 0 || last === undefined) return { tree, revision: at, bytes };
    from = `${last.key}\0`;
  }
}

/** A window of a past state. */
export async function readWindow<T extends Cached>(
  { storage, decode, now }: Reading<T>,
  { prefix, from, limit, revision }: Window & { readonly revision: number },
): Promise<Snapshot<T>> {
  const page = await storage.scan({ prefix, revision, ...(from && { from }), ...(limit && { limit }) });
  const tree = createTree<T>();
  const slice = new Slice(now);
  for (const stored of page.items) {
    tree.set(sortable(stored.key), decode(stored));
    if (slice.spent()) await slice.next();
  }
  const last = page.items.at(-1);
  return new Snapshot(revision, tree, page.remaining > 0 && last !== undefined ? `${last.key}\0` : undefined, page.remaining);
}

/** As many as kube-apiserver reads at once: an engine may count what remains for every page. */
const PAGE = 10_000;
