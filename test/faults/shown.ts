import { Recorder } from "../../storage/contract/recorder.ts";
import type { Storage } from "../../storage/storage.ts";

/** What an intact store shows. Values by their text. */
export interface Shown {
  /** What reads of each key find, removed ones too. */
  readonly keys: { [key: string]: Found };
  /** Scans of everything, now (0) and at revisions of the past. */
  readonly scans: { readonly revision: number; readonly items: string }[];
  /** All changes since the oldest revision. */
  readonly oldest: number;
  readonly changes: string[];
}
export type Found = { readonly revision: number; readonly value: string } | null;

export async function show(storage: Storage, keys: readonly string[], revisions: readonly number[], oldest: number): Promise<Shown> {
  const shown: Shown = { keys: {}, scans: [], oldest, changes: await changesOf(storage, oldest) };
  for (const key of keys) shown.keys[key] = await found(storage, key);
  for (const revision of revisions) shown.scans.push({ revision, items: await scanned(storage, revision) });
  return shown;
}

const text = (value: Uint8Array | undefined) => (value === undefined ? "-" : Buffer.from(value).toString());

export async function found(storage: Storage, key: string): Promise<Found> {
  const stored = await storage.get(key);
  return stored === undefined ? null : { revision: stored.revision, value: text(stored.value) };
}

export async function scanned(storage: Storage, revision: number): Promise<string> {
  const all = await storage.scan({ prefix: "", ...(revision > 0 && { revision }) });
  const page = await storage.scan({ prefix: "b", limit: 2, ...(revision > 0 && { revision }) });
  return JSON.stringify(
    [all, page].map(({ items, remaining }) => [items.map((one) => [one.key, one.revision, text(one.value)]), remaining]),
  );
}

export async function changesOf(storage: Storage, after: number): Promise<string[]> {
  const recorder = new Recorder();
  const watch = storage.watch({ prefix: "", after, previous: true }, recorder);
  const last = storage.currentRevision();
  await recorder.until(({ told, error }) => error !== undefined || told.at(-1)?.revision === last);
  watch.close();
  if (recorder.error !== undefined) throw recorder.error;
  return recorder.told.map((one) => JSON.stringify([one.key, one.revision, text(one.value), text(one.previous?.value)]));
}
