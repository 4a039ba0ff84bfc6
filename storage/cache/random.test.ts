import { describe, expect, it } from "vitest";
import { random } from "../../test/tools/random.ts";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { CompactedError } from "../storage.ts";
import type { EventType, Watcher } from "./cached.ts";
import type { Collection } from "./collection.ts";
import { encode, PREFIX, settle, type TextRecord, textCache } from "./testing.ts";

/** A client that lists and then watches, and complains about every event that does not fit its state. */
class Replica {
  readonly state = new Map<string, TextRecord>();
  readonly scope: string;
  readonly matches: (record: TextRecord) => boolean;
  readonly #below: (below: number) => number;
  watcher: Watcher | undefined;
  revision = 0;
  paused = false;
  expired = 0;

  constructor(scope: string, matches: (record: TextRecord) => boolean, below: (below: number) => number) {
    this.scope = scope;
    this.matches = matches;
    this.#below = below;
  }

  start(collection: Collection<TextRecord>): void {
    this.paused = false;
    const from = this.#below(3);
    if (from > 0 || this.revision === 0) {
      this.state.clear();
      const snapshot = collection.snapshot();
      this.revision = snapshot.revision;
      if (from === 1) {
        for (const record of snapshot.range(this.scope)) if (this.matches(record)) this.state.set(record.key, record);
        this.#watch(collection, this.revision);
      } else {
        this.revision = 0;
        this.#watch(collection, 0, snapshot);
      }
    } else {
      // Comes back with what it knows, as after a lost connection.
      this.#watch(collection, this.revision);
    }
  }

  #watch(collection: Collection<TextRecord>, after: number, initial?: ReturnType<Collection<TextRecord>["snapshot"]>): void {
    let syncing = initial !== undefined;
    this.watcher = collection.watch(
      { after, scope: this.scope, matches: this.matches, ...(initial && { initial }) },
      {
        event: (type, record) => {
          this.#take(type, record, syncing);
          this.paused = this.#below(4) === 0;
          return !this.paused;
        },
        initialEnd: (revision) => {
          syncing = false;
          this.revision = revision;
          return true;
        },
        end: (error) => {
          if (!(error instanceof CompactedError)) throw error ?? new Error("ended");
          this.expired++;
          this.watcher = undefined;
          this.revision = 0;
        },
      },
    );
  }

  #take(type: EventType, record: TextRecord, syncing: boolean): void {
    if (!syncing && record.revision <= this.revision) throw new Error(`${record.revision} comes after ${this.revision}`);
    if (!syncing) this.revision = record.revision;
    const known = this.state.get(record.key);
    if ((type === "ADDED") !== (known === undefined)) throw new Error(`${type} of ${record.key} at ${record.revision}`);
    if (type === "DELETED") {
      if (record.text !== known!.text || record.deleted !== true) throw new Error("not the last state");
      this.state.delete(record.key);
    } else {
      if (!this.matches(record)) throw new Error("not selected");
      this.state.set(record.key, record);
    }
  }
}

const COLORS = ["red", "green", "blue"];

async function play(seed: number, options: { ring: number; compact: boolean }): Promise<{ expired: number; events: number }> {
  const below = random(seed);
  const storage = new MemoryStorage(new History(0));
  const names = Array.from({ length: 12 }, (_, index) => `ns${index % 3}/${index}`);
  const write = async () => {
    const key = PREFIX + names[below(names.length)]!;
    const old = await storage.get(key);
    const value = encode(`${COLORS[below(3)]} ${below(1_000)}`);
    if (old === undefined) await storage.create(key, value);
    else if (below(4) === 0) await storage.delete(key, old.revision);
    else await storage.update(key, value, old.revision);
  };
  for (let index = 0; index < 30; index++) await write();
  const cache = textCache(storage, { ring: { collection: options.ring } });
  await cache.start();
  const loading = cache.collection(PREFIX);
  for (let index = 0; index < 5; index++) await write();
  const collection = await loading;

  const replicas = Array.from({ length: 9 }, (_, index) => {
    const color = COLORS[index % 4];
    const scope = [PREFIX, `${PREFIX}ns1/`, PREFIX + names[4]!][Math.floor(index / 3)]!;
    return new Replica(scope, (record) => color === undefined || record.text.startsWith(color), below);
  });
  for (let step = 0; step < 600; step++) {
    for (let writes = below(4); writes > 0; writes--) await write();
    const replica = replicas[below(replicas.length)]!;
    if (replica.watcher === undefined) replica.start(collection);
    else if (replica.paused) replica.watcher.resume();
    else if (below(10) === 0) {
      replica.watcher.close();
      replica.watcher = undefined;
    }
    if (below(3) === 0) await settle(1);
    if (options.compact && below(20) === 0) await storage.compact(Math.max(0, storage.currentRevision() - 10));
    if (below(20) === 0) collection.hold();
    if (below(20) === 0) await pastIsRight(storage, collection, below);
  }
  for (const replica of replicas) {
    for (let round = 0; round < 400; round++) {
      if (replica.watcher === undefined) replica.start(collection);
      replica.watcher?.resume();
      await settle(1);
      if (replica.watcher?.revision === storage.currentRevision()) break;
    }
  }
  const { items } = await storage.scan({ prefix: PREFIX });
  for (const replica of replicas) {
    const expected = [...collection.snapshot().range(PREFIX)]
      .filter((record) => (replica.scope.endsWith("/") ? record.key.startsWith(replica.scope) : record.key === replica.scope))
      .filter(replica.matches);
    expect(
      [...replica.state.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
      `seed ${seed}`,
    ).toEqual(expected);
  }
  expect([...collection.snapshot().range(PREFIX)].map(({ key, revision }) => `${key} ${revision}`)).toEqual(
    items.map(({ key, revision }) => `${key} ${revision}`),
  );
  cache.close();
  return { expired: replicas.reduce((sum, replica) => sum + replica.expired, 0), events: storage.currentRevision() };
}

/** A past state from the cache is the one that the store's history has. */
async function pastIsRight(storage: MemoryStorage, collection: Collection<TextRecord>, below: (below: number) => number): Promise<void> {
  const revision = Math.max(0, storage.currentRevision() - below(40));
  const stored = await storage.scan({ prefix: PREFIX, revision }).catch((error: unknown) => error as CompactedError);
  if (stored instanceof Error) return;
  const snapshot = await collection.at(revision);
  expect([...snapshot.range(PREFIX)].map(({ key, revision }) => `${key} ${revision}`)).toEqual(
    stored.items.map(({ key, revision }) => `${key} ${revision}`),
  );
}

describe("clients that list, watch, pause, leave and come back at random", () => {
  it("have what the store has, with a ring that holds everything", async () => {
    for (let seed = 1; seed <= 4; seed++) expect((await play(seed, { ring: 1_000_000, compact: false })).expired).toBe(0);
  });

  it("have it with a ring of a few events, by the store's history", async () => {
    for (let seed = 10; seed < 14; seed++) expect((await play(seed, { ring: 1_500, compact: false })).expired).toBe(0);
  });

  it("have it when history is cut off under them, by starting over", async () => {
    let expired = 0;
    for (let seed = 20; seed < 24; seed++) expired += (await play(seed, { ring: 1_500, compact: true })).expired;
    expect(expired).toBeGreaterThan(0);
  });
});
