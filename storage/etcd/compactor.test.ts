import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, startEtcd } from "../../test/tools/etcd.ts";
import { Cluster } from "./cluster.ts";
import { Compactor } from "./compactor.ts";

let etcd: Etcd;
let cluster: Cluster;
beforeAll(async () => {
  etcd = await startEtcd();
  cluster = await Cluster.open({ endpoints: etcd.endpoints });
});
afterAll(async () => {
  cluster?.close();
  await etcd?.stop();
});

const write = async () =>
  Number((await cluster.txn({ success: [{ request_put: { key: Buffer.from("/a"), value: Buffer.from("b") } }] })).header.revision);
const readable = (revision: number) =>
  cluster.range({ key: Buffer.from("/a"), revision: String(revision) }).then(
    () => true,
    () => false,
  );

describe("compaction of etcd", () => {
  it("goes one interval back, and one of several does it", async () => {
    const [a, b] = [new Compactor(cluster), new Compactor(cluster)];
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
    const a = new Compactor(cluster);
    await a.round();
    await a.round();
    await cluster.compact({ revision: String(await write()) });
    expect(await a.round()).toEqual(expect.any(Number));
  });
});
