/**
 * What the watch cache costs. Run: node --expose-gc --import tsx hack/bench/cache.ts
 * Prints the machine, the versions and one line per figure. No sockets: what a sink does with an event is not in here.
 */
import { cpus } from "node:os";
import { Budget } from "../../storage/cache/budget.ts";
import type { Cached, WatchSink } from "../../storage/cache/cached.ts";
import { Ring } from "../../storage/cache/ring.ts";
import { WatchCache } from "../../storage/cache/watch-cache.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import type { Stored } from "../../storage/storage.ts";

interface BenchRecord extends Cached {
  readonly value: Uint8Array;
}

const PREFIX = "networking.datumapis.com/networks/root/";
const VALUE = Buffer.from(
  JSON.stringify({ apiVersion: "networking.datumapis.com/v1alpha", kind: "Network", spec: { text: "x".repeat(400) } }),
);

const decode = ({ key, value, revision }: Stored): BenchRecord => ({ key, revision, value, bytes: 100 + value.length });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const print = (what: string, figure: number, unit: string) =>
  console.log(`${what.padEnd(76)} ${figure.toFixed(figure < 10 ? 2 : 0).padStart(8)} ${unit}`);

function heap(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

async function open(storage: MemoryStorage) {
  const cache = new WatchCache<BenchRecord>({
    storage,
    decode,
    tombstone: (last, revision) => ({ ...last, revision }),
    now: () => performance.now(),
  });
  await cache.start();
  return { cache, collection: await cache.collection(PREFIX) };
}

async function fill(storage: MemoryStorage, count: number, namespaces = 100): Promise<void> {
  for (let index = 0; index < count; index++) {
    await storage.create(`${PREFIX}ns-${index % namespaces}/network-${String(index).padStart(6, "0")}`, VALUE);
  }
}

/** Updates one key many times; gives the milliseconds until all watchers have seen all of it, without those of the store. */
async function fanOut(watchers: number, scope: (index: number) => string, matches?: (record: BenchRecord) => boolean) {
  const storage = new MemoryStorage();
  await fill(storage, 1_000);
  const { cache, collection } = await open(storage);
  let delivered = 0;
  const sink: WatchSink<BenchRecord> = {
    event() {
      delivered++;
      return true;
    },
    end() {},
  };
  for (let index = 0; index < watchers; index++) {
    collection.watch({ after: collection.revision, scope: scope(index), ...(matches && { matches }) }, sink);
  }
  await turn();
  const key = `${PREFIX}ns-0/network-000000`;
  let { revision } = (await storage.get(key))!;
  const update = async () => {
    const result = await storage.update(key, VALUE, revision);
    if (result.ok) revision = result.revision;
  };
  const EVENTS = 500;
  let spent = 0;
  let longest = 0;
  for (let event = 0; event < EVENTS; event++) {
    await update();
    const start = performance.now();
    await turn();
    await turn();
    const took = performance.now() - start;
    spent += took;
    if (event > 50) longest = Math.max(longest, took);
  }
  cache.close();
  return { perEvent: (spent / EVENTS) * 1_000, delivered: delivered / EVENTS, longest };
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}\n`);

{
  await fanOut(1_000, () => PREFIX);
  const idle = await fanOut(0, () => PREFIX);
  print("an event with nobody watching: two turns of the event loop", idle.perEvent, "µs");
  const all = await fanOut(1_000, () => PREFIX);
  print(`an event for 1,000 watchers of the collection (${all.delivered} deliveries)`, all.perEvent, "µs");
  print("  per watcher", ((all.perEvent - idle.perEvent) / 1_000) * 1_000, "ns");
  const selecting = await fanOut(
    1_000,
    () => PREFIX,
    (record) => record.bytes > 0,
  );
  print("an event for 1,000 watchers with a selector", selecting.perEvent, "µs");
  const others = await fanOut(1_000, (index) => `${PREFIX}ns-${1 + (index % 99)}/`);
  print(`an event for 1,000 watchers of other namespaces (${others.delivered} deliveries)`, others.perEvent, "µs");
  const single = await fanOut(1_000, (index) => `${PREFIX}ns-0/network-${index}`);
  print(`an event for 1,000 watchers of other single objects (${single.delivered} deliveries)`, single.perEvent, "µs");
}

{
  const storage = new MemoryStorage();
  const { cache, collection } = await open(storage);
  const sink: WatchSink<BenchRecord> = { event: () => true, end: () => {} };
  const COUNT = 20_000;
  const watchers = new Array(COUNT).fill(undefined);
  const before = heap();
  for (let index = 0; index < COUNT; index++) watchers[index] = collection.watch({ after: 0, scope: PREFIX }, sink);
  for (let index = 0; index < 10; index++) await turn();
  print("an idle watcher of a collection", (heap() - before) / COUNT, "bytes");
  cache.close();
}
{
  const storage = new MemoryStorage();
  const { cache, collection } = await open(storage);
  const sink: WatchSink<BenchRecord> = { event: () => true, end: () => {} };
  const COUNT = 20_000;
  const before = heap();
  for (let index = 0; index < COUNT; index++) collection.watch({ after: 0, scope: `${PREFIX}ns/${index}` }, sink);
  for (let index = 0; index < 10; index++) await turn();
  print("an idle watcher of a single object that nobody else watches", (heap() - before) / COUNT, "bytes");
  cache.close();
}
{
  const storage = new MemoryStorage();
  const cache = new WatchCache<BenchRecord>({ storage, decode, tombstone: (last) => last, now: () => performance.now() });
  await cache.start();
  const COUNT = 10_000;
  const before = heap();
  for (let index = 0; index < COUNT; index++) await cache.collection(`example.com/things/project-${index}/`);
  print("an idle, empty collection, each in a control plane of its own", (heap() - before) / COUNT, "bytes");
  cache.close();
}
{
  const storage = new MemoryStorage();
  await fill(storage, 100_000);
  const start = performance.now();
  const { cache, collection } = await open(storage);
  print("loading 100,000 objects", performance.now() - start, "ms");
  const timed = (what: string, rounds: number, unit: "µs" | "ms", run: () => void) => {
    for (let round = 0; round < rounds / 2; round++) run();
    const begin = performance.now();
    for (let round = 0; round < rounds; round++) run();
    print(what, ((performance.now() - begin) / rounds) * (unit === "µs" ? 1_000 : 1), unit);
  };
  timed("reading one of 100,000 by key", 100_000, "µs", () => collection.get(`${PREFIX}ns-50/network-050050`));
  timed("a list of 10,000 of 100,000 (10 namespaces), walked", 20, "ms", () => {
    let bytes = 0;
    const snapshot = collection.snapshot();
    for (let namespace = 10; namespace < 20; namespace++) {
      for (const record of snapshot.range(`${PREFIX}ns-${namespace}/`)) bytes += record.bytes;
    }
    if (bytes === 0) throw new Error("nothing listed");
  });
  timed("a page of 500 and the count of the rest of 100,000", 500, "µs", () => {
    const snapshot = collection.snapshot();
    let last = "";
    let count = 0;
    for (const record of snapshot.range(PREFIX)) {
      last = record.key;
      if (++count === 500) break;
    }
    if (snapshot.count(PREFIX, `${last}\0`) !== 99_500) throw new Error("miscounted");
  });

  const keys = [...collection.snapshot().range(PREFIX)].filter((_, index) => index % 20 === 0).map((record) => record.key);
  const write = async () => {
    for (const key of keys) await storage.update(key, VALUE, (await storage.get(key))!.revision);
  };
  let begin = performance.now();
  await write();
  print("a write, stored in memory and applied to the cache", ((performance.now() - begin) / keys.length) * 1_000, "µs");
  const revision = collection.revision;
  begin = performance.now();
  await write();
  print("the same again", ((performance.now() - begin) / keys.length) * 1_000, "µs");
  begin = performance.now();
  const past = collection.at(revision + keys.length - 1_000);
  if (past instanceof Promise) throw new Error("was read from the store");
  print("the state of 1,000 writes ago, made from the ring", performance.now() - begin, "ms");
  print("held bytes by the accounts: ring", cache.bytes.ring / keys.length / 2, "bytes per write");

  const before = heap();
  const snapshots = [];
  for (const key of keys.slice(0, 1_000)) {
    snapshots.push(collection.snapshot());
    await storage.update(key, VALUE, (await storage.get(key))!.revision);
  }
  print("a write with a snapshot held before it, all in all (event, store, nodes)", (heap() - before) / 1_000, "bytes");
  if (snapshots.length !== 1_000) throw new Error("not held");
  cache.close();
}
{
  const COUNT = 50_000;
  const ring: Ring<BenchRecord> = new Ring(0, new Budget(Number.POSITIVE_INFINITY));
  const record: BenchRecord = { key: `${PREFIX}ns-0/network-000000`, revision: 0, value: VALUE, bytes: 0 };
  const before = heap();
  for (let revision = 1; revision <= COUNT; revision++) {
    ring.append({ key: record.key, revision: 1e9 + revision, previous: record, current: record, gone: undefined });
  }
  print("an event in the ring, without its records", (heap() - before) / COUNT, "bytes");
  if (ring.next !== COUNT) throw new Error("lost");
}
