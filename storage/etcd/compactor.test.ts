import type { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, startEtcd } from "../../test/tools/etcd.ts";
import { connect } from "./client.ts";
import { Compactor } from "./compactor.ts";

let etcd: Etcd;
let client: Etcd3;
beforeAll(async () => {
  etcd = await startEtcd();
  client = await connect({ endpoints: etcd.endpoints });
});
afterAll(async () => {
  client?.close();
  await etcd?.stop();
});

const write = async () => Number((await client.kv.put({ key: Buffer.from("/a"), value: Buffer.from("b") })).header.revision);
const readable = (revision: number) =>
  client.kv.range({ key: Buffer.from("/a"), revision: String(revision) }).then(
    () => true,
    () => false,
  );

describe("compaction of etcd", () => {
  it("goes one interval back, and one of several does it", async () => {
    const [a, b] = [new Compactor(client.kv), new Compactor(client.kv)];
    const before = await write();
    expect([await a.round(), await b.round()]).toEqual([undefined, undefined]);
    const between = await write();
    const first = await a.round();
    expect([first, await b.round()]).toEqual([expect.any(Number), undefined]);
    expect(first).toBeGreaterThan(before);
    expect(first).toBeLessThan(between);
    expect([await readable(before), await readable(between)]).toEqual([false, true]);
    // the other takes over where the first is gone
    const later = await write();
    expect(await b.round()).toBeGreaterThanOrEqual(between);
    expect([await readable(between - 1), await readable(later)]).toEqual([false, true]);
    // one that comes back finds that it was not its turn
    expect(await a.round()).toBeUndefined();
  });

  it("does not mind that somebody went further", async () => {
    const a = new Compactor(client.kv);
    await a.round();
    await a.round();
    await client.kv.compact({ revision: String(await write()) });
    expect(await a.round()).toEqual(expect.any(Number));
  });
});
