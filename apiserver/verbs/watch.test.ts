import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ApiResponse, isStream, type StreamBody } from "../request.ts";
import { type Served, serve } from "../testing/serve.ts";

const NAMESPACE = "/api/v1/namespaces/default";
const MAPS = `${NAMESPACE}/configmaps`;
const MINUTE = 60_000;

let server: Served;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
  vi.useRealTimers();
});

const create = async (name: string, collection = MAPS): Promise<string> =>
  (await server.ask("POST", collection, { body: { metadata: { name } } })).json().metadata.resourceVersion;
const newest = async () => String(await server.storage.currentRevision());

/** A watch whose events are written down: `ADDED a` or `BOOKMARK 7`, with `!` where the initial events end. */
class Watched {
  readonly events: string[] = [];
  ended = false;
  /** Asks for a pause after each event. */
  full = false;
  readonly #body: StreamBody;

  constructor({ status, body }: ApiResponse, full = false) {
    expect(status).toBe(200);
    if (!isStream(body)) throw new Error("no stream");
    this.#body = body;
    this.full = full;
    body.open({
      write: (chunk) => {
        const { type, object } = JSON.parse(Buffer.from(chunk).toString());
        const { name, resourceVersion, annotations } = object.metadata;
        const last = annotations?.["k8s.io/initial-events-end"] === "true" ? "!" : "";
        this.events.push(`${type} ${type === "ERROR" ? object.message : (name ?? `${resourceVersion}${last}`)}`);
        return !this.full;
      },
      end: () => {
        this.ended = true;
      },
    });
  }

  drained(): void {
    this.#body.drained();
  }

  /** What came since the last call. */
  async take(): Promise<string[]> {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    return this.events.splice(0);
  }
}

const watch = async (query: string, path = MAPS, full = false) => new Watched(await server.open(`${path}?${query}`), full);

describe("bookmarks", () => {
  it("come every minute and two seconds before the end, with what happened elsewhere, once there is something new", async () => {
    const start = await create("a");
    const w = await watch(`watch=1&allowWatchBookmarks=true&resourceVersion=${start}&timeoutSeconds=200`);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await w.take()).toEqual([]);
    const elsewhere = await create("s", `${NAMESPACE}/secrets`);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    expect(await w.take()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await w.take()).toEqual([`BOOKMARK ${elsewhere}`]);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await w.take()).toEqual([`BOOKMARK ${elsewhere}`]);
    const here = await create("b");
    await vi.advanceTimersByTimeAsync(18_000);
    expect(await w.take()).toEqual(["ADDED b", `BOOKMARK ${here}`]);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(w.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect([await w.take(), w.ended]).toEqual([[], true]);
  });

  it("speak of no revision that a watch from the future does not have to tell of yet", async () => {
    const start = Number(await newest());
    const w = await watch(`watch=1&allowWatchBookmarks=true&resourceVersion=${start + 2}`);
    await create("a");
    await vi.advanceTimersByTimeAsync(MINUTE);
    await create("b");
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await w.take()).toEqual([]);
    await create("c");
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await w.take()).toEqual(["ADDED c", `BOOKMARK ${start + 3}`]);
  });

  it("are for those who ask", async () => {
    const w = await watch("watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=120");
    await create("a");
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect([await w.take(), w.ended]).toEqual([["ADDED a"], true]);
  });
});

describe("a watch that starts with what is there", () => {
  it("says at once where that ends, and then tells of more", async () => {
    await create("a");
    const start = await create("b");
    for (const query of ["", "&resourceVersion=0", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"]) {
      const w = await watch(`watch=1&allowWatchBookmarks=true${query}`);
      expect(await w.take()).toEqual(["ADDED a", "ADDED b", `BOOKMARK ${start}!`]);
      await vi.advanceTimersByTimeAsync(MINUTE);
      expect(await w.take()).toEqual([]);
    }
    const w = await watch(`watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1`);
    const later = await create("c");
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await w.take()).toEqual(["ADDED a", "ADDED b", `BOOKMARK ${start}!`, "ADDED c", `BOOKMARK ${later}`]);
  });

  it("ends when its client takes nothing for a minute before it has seen that", async () => {
    for (const name of ["a", "b", "c"]) await create(name);
    const [still, slow] = [await watch("watch=1", MAPS, true), await watch("watch=1", MAPS, true)];
    expect([await still.take(), await slow.take()]).toEqual([["ADDED a"], ["ADDED a"]]);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    slow.drained();
    expect([still.ended, await slow.take()]).toEqual([false, ["ADDED b"]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([still.ended, slow.ended]).toEqual([true, false]);
    slow.full = false;
    slow.drained();
    await slow.take();
    slow.full = true;
    await create("d");
    expect(await slow.take()).toEqual(["ADDED d"]);
    // from here on it holds up nothing
    await vi.advanceTimersByTimeAsync(20 * MINUTE);
    await create("e");
    slow.drained();
    expect([await slow.take(), slow.ended]).toEqual([["ADDED e"], false]);
  });

  it("is an error event when it is to be newer than can be", async () => {
    const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=18446744073709551615";
    const asked = watch(query);
    await vi.advanceTimersByTimeAsync(3_000);
    const w = await asked;
    const message = `Timeout: Too large resource version: 18446744073709551615, current: ${await newest()}`;
    expect([await w.take(), w.ended]).toEqual([[`ERROR ${message}`], true]);
  });

  it("does not start so if it says so", async () => {
    await create("a");
    for (const query of ["", "&resourceVersion=0"]) {
      const w = await watch(`watch=1&allowWatchBookmarks=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan${query}`);
      expect(await w.take()).toEqual([]);
    }
  });
});

describe("a watch below the deprecated /watch/ path", () => {
  const path = "/api/v1/watch/namespaces/default/configmaps";

  it("starts from anywhere with what is there, and does not say where that ends", async () => {
    const start = await create("a");
    for (const query of ["", "&resourceVersion=0"]) {
      const w = await watch(`allowWatchBookmarks=true${query}`, path);
      await vi.advanceTimersByTimeAsync(MINUTE);
      expect(await w.take()).toEqual(["ADDED a"]);
    }
    const w = await watch("allowWatchBookmarks=true&watch=1", path);
    expect(await w.take()).toEqual(["ADDED a", `BOOKMARK ${start}!`]);
  });

  it("has the options of a list unless it says `watch` too", async () => {
    const refused = await server.ask("GET", `${path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0`);
    expect(refused.json().message).toBe(
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    );
    expect((await watch(`resourceVersionMatch=NotOlderThan&resourceVersion=${await newest()}`, path)).ended).toBe(false);
  });
});

describe("the time of a watch", () => {
  it("is half an hour to an hour unless it says how long", async () => {
    const watches = await Promise.all(Array.from({ length: 40 }, () => watch(`watch=1&resourceVersion=1`)));
    const ended = () => watches.filter((one) => one.ended).length;
    await vi.advanceTimersByTimeAsync(30 * MINUTE - 1);
    expect(ended()).toBe(0);
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
    // the chance that all of 40 fall into the same half is one in 10^11
    expect(ended()).toBeGreaterThan(0);
    expect(ended()).toBeLessThan(40);
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
    expect(ended()).toBe(40);
  });
});
