import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { decode, encode, PREFIX, Recorder, settle, type TextRecord, textCache } from "./testing.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What every record of this test pretends to take. */
const SIZE = 100_000;
const KEYS = 200;
const LIMITS = { collection: 100 * SIZE, controlPlane: 150 * SIZE, total: 150 * SIZE };

it("what is alive of 100,000 events is what the budgets allow, beside clients that stand still and lists read in pages", async () => {
  const records: WeakRef<TextRecord>[] = [];
  const storage = new MemoryStorage(new History(0));
  const cache = textCache(storage, {
    decode(stored) {
      const record = { ...decode(stored), bytes: SIZE };
      records.push(new WeakRef(record));
      return record;
    },
    ring: LIMITS,
    snapshots: LIMITS,
  });
  await cache.start();
  const collection = await cache.collection(PREFIX);
  const revisions = new Array<number>(KEYS).fill(0);
  const write = async (key: number) => {
    const name = `${PREFIX}${key}`;
    const { [key]: known } = revisions;
    const result = await (known === 0 ? storage.create(name, encode("")) : storage.update(name, encode(""), known!));
    if (!result.ok) throw new Error("refused");
    revisions[key] = result.revision;
  };
  for (let event = 1; event <= 100_000; event++) {
    await write(event % KEYS);
    if (event % 2_000 !== 0) continue;
    // a first page, a page of a state of shortly before, and a client that takes one event and no more
    collection.hold();
    await collection.at(event - 50);
    const sink = new Recorder();
    sink.full = true;
    collection.watch({ after: event - 150, scope: PREFIX }, sink);
    await settle();
    sink.events.length = 0;
    sink.records.length = 0;
    if (event % 20_000 !== 0) continue;
    const { ring, snapshots } = cache.bytes;
    expect(ring).toBeLessThanOrEqual(LIMITS.collection);
    expect(snapshots).toBeLessThanOrEqual(LIMITS.collection);
    await settle();
    collectGarbage();
    const alive = records.filter((record) => record.deref() !== undefined);
    // a client may keep a page of history: half a megabyte, and the event that made it full
    const pages = (event / 2_000) * 7;
    expect(alive.length).toBeLessThanOrEqual(KEYS + (ring + snapshots) / SIZE + pages);
    records.splice(0, records.length, ...alive);
  }
  expect(collection.watchers).toBe(50);
  cache.close();
});
