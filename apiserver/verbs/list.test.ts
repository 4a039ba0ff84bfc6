import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DistantStorage } from "../../storage/cache/testing.ts";
import { decodeContinue, encodeContinue } from "../options/continue-token.ts";
import { type Served, serve } from "../testing/serve.ts";

const NAMESPACE = "/api/v1/namespaces/default";
const MAPS = `${NAMESPACE}/configmaps`;

let server: Served;

beforeEach(async () => {
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

const create = async (...names: string[]) => {
  for (const name of names) await server.ask("POST", MAPS, { body: { metadata: { name, labels: { name } } } });
};
const update = async (name: string, labels: object) =>
  await server.ask("PATCH", `${MAPS}/${name}`, {
    headers: { "content-type": "application/merge-patch+json" },
    body: { metadata: { labels } },
  });
const list = async (query: string, from: Served = server) => (await from.ask("GET", `${MAPS}?${query}`)).json();
// biome-ignore lint/suspicious/noExplicitAny: lists are read from JSON
const names = (page: any): string[] => page.items.map((item: any) => item.metadata.name);

describe("a list of a revision that this server has not seen", () => {
  it("waits for it, whether it is asked for or stands in a continue token", async () => {
    await create("a", "b");
    const behind = new DistantStorage(server.storage);
    const other = await serve({ storage: behind });
    await list("", other);
    behind.open = false;
    await create("c");
    const first = await list("limit=1");
    const revision = first.metadata.resourceVersion;
    const asked = [
      `limit=2&continue=${first.metadata.continue}`,
      `resourceVersion=${revision}`,
      `resourceVersion=${revision}&limit=2`,
      `resourceVersion=${revision}&resourceVersionMatch=Exact`,
    ].map((query) => list(query, other));
    await new Promise((resolve) => setTimeout(resolve, 10));
    behind.deliver();
    const pages = await Promise.all(asked);
    expect(pages.map((page) => page.metadata.resourceVersion)).toEqual(Array(4).fill(revision));
    expect(pages.map(names)).toEqual([
      ["b", "c"],
      ["a", "b", "c"],
      ["a", "b"],
      ["a", "b", "c"],
    ]);
    other.core.close();
  });

  it("names it exactly when it does not come", { timeout: 10_000 }, async () => {
    const largest = 2n ** 64n - 1n;
    const answers = await Promise.all([
      list(`resourceVersion=${largest}`),
      list(`continue=${encodeContinue({ revision: 2n ** 63n - 1n, start: "a" })}`),
      server.ask("GET", `${MAPS}/a?resourceVersion=${largest}`).then((answer) => answer.json()),
    ]);
    const { resourceVersion } = (await list("")).metadata;
    const tooLarge = (revision: bigint) => ({
      code: 504,
      reason: "Timeout",
      message: `Timeout: Too large resource version: ${revision}, current: ${resourceVersion}`,
      details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], retryAfterSeconds: 1 },
    });
    expect(answers).toMatchObject([tooLarge(largest), tooLarge(2n ** 63n - 1n), tooLarge(largest)]);
  });
});

describe("pages", () => {
  it("show the state of the first one, to the end, whatever is written in between", async () => {
    await create("a", "b", "c", "d", "e");
    const first = await list("limit=2");
    await create("aa", "cc");
    await update("d", { name: "changed" });
    await server.ask("DELETE", `${MAPS}/e`);
    const second = await list(`limit=2&continue=${first.metadata.continue}`);
    const third = await list(`limit=2&continue=${second.metadata.continue}`);
    expect([first, second, third].map(names)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(second.items[1].metadata.labels).toEqual({ name: "d" });
    const { resourceVersion } = first.metadata;
    expect([first, second, third].map(({ metadata }) => metadata)).toEqual([
      { resourceVersion, continue: expect.any(String), remainingItemCount: 3 },
      { resourceVersion, continue: expect.any(String), remainingItemCount: 1 },
      { resourceVersion },
    ]);
  });

  it("go on with another selector and another limit, and then do not say what remains", async () => {
    await create("a", "b", "c", "d");
    const { continue: token, resourceVersion } = (await list("limit=1")).metadata;
    const page = await list(`limit=1&continue=${token}&labelSelector=name+in+(a,c,d)`);
    expect(names(page)).toEqual(["c"]);
    expect(page.metadata).toEqual({ resourceVersion, continue: expect.any(String) });
    expect(names(await list(`continue=${token}&limit=0`))).toEqual(["b", "c", "d"]);
  });

  it("are refused after compaction with a token that goes on in the latest state, page by page", async () => {
    await create("a", "b", "c", "d");
    const first = await list("limit=1");
    await create("bb");
    // another server holds no state of the first page
    const other = await serve({ storage: server.storage });
    await server.storage.compact(await server.storage.currentRevision());
    const refused = await list(`limit=2&continue=${first.metadata.continue}`, other);
    expect(refused).toMatchObject({ code: 410, reason: "Expired", metadata: { continue: expect.any(String) } });
    expect(decodeContinue(refused.metadata.continue)).toEqual({ revision: undefined, start: "a\0" });
    const second = await list(`limit=2&continue=${refused.metadata.continue}`, other);
    expect(names(second)).toEqual(["b", "bb"]);
    expect(second.metadata).toMatchObject({ resourceVersion: String(await server.storage.currentRevision()), remainingItemCount: 2 });
    await create("cc");
    expect(names(await list(`continue=${second.metadata.continue}`, other))).toEqual(["c", "d"]);
    other.core.close();
  });

  it("refuse a resourceVersion beside the token, whatever it is, once the token can be read", async () => {
    await create("a", "b");
    const { continue: token } = (await list("limit=1")).metadata;
    for (const resourceVersion of ["5", "x"]) {
      const { code, message } = await list(`continue=${token}&resourceVersion=${resourceVersion}`);
      expect([code, message]).toEqual([400, "specifying resource version is not allowed when using continue"]);
    }
    expect((await list("continue=x&resourceVersion=5")).message).toMatch(/^invalid continue token: /);
    expect(names(await list(`continue=${token}&resourceVersion=0`))).toEqual(["b"]);
  });
});

describe("a list with a selector", () => {
  it("lets others have their turn, and shows one state all the same", async () => {
    await create("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 10));
    const listing = list("labelSelector=name+in+(b,j)");
    await new Promise((resolve) => setImmediate(resolve));
    const written = server.ask("DELETE", `${MAPS}/j`);
    const answers = await Promise.race([listing, written.then(() => "the deletion")]);
    clock.mockRestore();
    expect(answers).toBe("the deletion");
    expect(names(await listing)).toEqual(["b", "j"]);
  });
});

describe("a list of one name", () => {
  it("is as new as can be with a limit, for that means nothing there, and exact where that is asked for", async () => {
    await create("a", "ab");
    const { resourceVersion } = (await list("")).metadata;
    await update("a", { name: "changed" });
    const old = `fieldSelector=metadata.name=a&resourceVersion=${resourceVersion}`;
    const labels = async (query: string) => {
      const { items, metadata } = await list(query);
      return [items.length, items[0].metadata.labels.name, metadata.resourceVersion === resourceVersion];
    };
    expect(await labels(`${old}&limit=1`)).toEqual([1, "changed", false]);
    expect(await labels(`${old}&resourceVersionMatch=Exact`)).toEqual([1, "a", true]);
    const other = await serve({ storage: server.storage });
    expect((await list(`${old}&resourceVersionMatch=Exact`, other)).items[0].metadata.labels.name).toBe("a");
    const gone = `fieldSelector=metadata.name=aa&resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
    expect((await list(gone, other)).items).toEqual([]);
    other.core.close();
  });
});
