import { once } from "node:events";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, startEtcdCluster } from "../../test/tools/etcd.ts";
import { Recorder } from "../contract/recorder.ts";
import { type Storage, StorageTimeoutError, UnknownOutcomeError } from "../storage.ts";
import { Cluster } from "./cluster.ts";
import { openEtcd } from "./open.ts";

let members: Etcd[];
let stores = 0;

beforeAll(async () => {
  members = await startEtcdCluster(3);
});

afterAll(() => Promise.all((members ?? []).map((member) => member.stop())));

const endpoints = () => members.flatMap((member) => member.endpoints);
const value = new Uint8Array([1]);

/** Writes and reads, one after the other, until it is told to stop. */
class Traffic {
  readonly written: string[] = [];
  readonly unknown: string[] = [];
  readonly failures: unknown[] = [];
  #going = true;
  readonly #done: Promise<unknown>;

  constructor(storage: Storage, clients: number) {
    this.#done = Promise.all(Array.from({ length: clients }, (_, client) => this.#run(storage, client)));
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #run(storage: Storage, client: number): Promise<void> {
    for (let n = 0; this.#going; n++) {
      const key = `a/${client}-${n}`;
      try {
        await storage.create(key, value);
        this.written.push(key);
      } catch (error) {
        if (error instanceof UnknownOutcomeError) this.unknown.push(key);
        else this.failures.push(error);
        continue;
      }
      try {
        if ((await storage.get(key)) === undefined) this.failures.push(new Error(`${key} is not there`));
      } catch (error) {
        this.failures.push(error);
      }
      await sleep(5);
    }
  }
}

describe("etcd of three members", () => {
  const faults: readonly (readonly [string, (member: Etcd) => void | Promise<void>, (member: Etcd) => void | Promise<void>])[] = [
    ["is killed", (member) => member.halt("SIGKILL"), (member) => member.start()],
    ["stands still", (member) => member.pause(), (member) => member.resume()],
  ];
  for (const [what, fault, mend] of faults)
    it(`goes on when a member ${what}: reads do not fail, and watches see everything once`, async () => {
      const clients = 8;
      const storage = await openEtcd({ endpoints: endpoints(), prefix: `/test-${++stores}`, callMilliseconds: 6_000 });
      const after = await storage.currentRevision();
      // on every endpoint at least one
      const recorders = Array.from({ length: members.length * 2 }, () => new Recorder());
      const watches = recorders.map((recorder) => storage.watch({ prefix: "a/", after }, recorder));
      for (const member of members) {
        const traffic = new Traffic(storage, clients);
        await sleep(300);
        await fault(member);
        // longer than a call may take
        await sleep(6_500);
        // others were found, and a leader, while the member is still away
        const last = `a/last-${members.indexOf(member)}`;
        for (let n = 0; n < members.length; n++) expect(await storage.create(`${last}-${n}`, value)).toMatchObject({ ok: true });
        for (const recorder of recorders) {
          await recorder.until(({ told }) => told.some((change) => change.key === `${last}-${members.length - 1}`));
        }
        await mend(member);
        await traffic.stop();
        expect(traffic.failures).toEqual([]);
        // no more than were under way to the member, and from the others to it where it led
        expect(traffic.unknown.length).toBeLessThanOrEqual(2 * clients);
      }
      const { items } = await storage.scan({ prefix: "a/" });
      const stored = items.toSorted((one, other) => one.revision - other.revision).map((item) => item.key);
      for (const [index, recorder] of recorders.entries()) {
        watches[index]?.requestProgress();
        await recorder.until(({ told }) => told.length >= stored.length);
        expect(recorder.told.map((change) => change.key)).toEqual(stored);
      }
      await storage.close();
    }, 120_000);

  it("is opened while the endpoint named first is away, and not held up by one that stands still", async () => {
    const [first, second] = members as [Etcd, Etcd];
    for (const [away, back] of [
      [() => first.halt(), () => first.start()],
      [() => second.pause(), () => second.resume()],
    ]) {
      await away?.();
      try {
        const storage = await openEtcd({ endpoints: endpoints(), prefix: `/test-${++stores}` });
        // only once there is a leader: a member may hand a write on to one that it does not know to be gone
        expect(await storage.get("a/1")).toBeUndefined();
        expect(await storage.create("a/1", value)).toMatchObject({ ok: true });
        await storage.close();
      } finally {
        await back?.();
      }
    }
  });

  it("spreads calls over its endpoints", async () => {
    const cluster = await Cluster.open({ endpoints: endpoints() });
    const answered = new Map<string, number>();
    for (let n = 0; n < 30; n++) {
      const { header } = await cluster.range({ key: Buffer.from("/a") });
      answered.set(header.member_id, (answered.get(header.member_id) ?? 0) + 1);
    }
    expect([...answered.values()]).toEqual([10, 10, 10]);
    cluster.close();
  });

  it("has reads wait for a new leader", async () => {
    const storage = await openEtcd({ endpoints: endpoints(), prefix: `/test-${++stores}` });
    await storage.create("a/1", value);
    const cluster = await Cluster.open({ endpoints: endpoints() });
    const status = await cluster.members(5_000);
    const leader = members.find((_, index) => status[index]?.status?.leader === status[index]?.status?.header.member_id) as Etcd;
    await leader.halt("SIGKILL");
    try {
      // several, so that every endpoint is asked
      const reads = await Promise.all(Array.from({ length: 6 }, () => storage.get("a/1")));
      expect(reads.every((read) => read?.key === "a/1")).toBe(true);
    } finally {
      await leader.start();
    }
    cluster.close();
    await storage.close();
  });

  it("is out of time without a majority, and goes on with one", async () => {
    const storage = await openEtcd({ endpoints: endpoints(), prefix: `/test-${++stores}`, callMilliseconds: 5_000 });
    await storage.create("a/1", value);
    const recorder = new Recorder();
    storage.watch({ prefix: "a/", after: await storage.currentRevision() }, recorder);
    const [one, other] = members as [Etcd, Etcd];
    one.pause();
    other.pause();
    try {
      const failed = Array.from({ length: 3 }, () => storage.get("a/1").catch((error) => error));
      expect((await Promise.all(failed)).every((error) => error instanceof StorageTimeoutError)).toBe(true);
      await expect(storage.check()).rejects.toThrow(StorageTimeoutError);
      await expect(storage.create("a/lost", value)).rejects.toThrow(/unknown/);
    } finally {
      one.resume();
      other.resume();
    }
    expect(await storage.get("a/1")).toBeDefined();
    await storage.create("a/2", value);
    await recorder.until(({ told }) => told.some((change) => change.key === "a/2"));
    expect(recorder.told.map((change) => change.key).filter((key) => key !== "a/lost")).toEqual(["a/2"]);
    await storage.close();
  }, 60_000);

  it("does not use a member that is too old, whenever it comes", async () => {
    const old = await OldMember.start();
    await expect(openEtcd({ endpoints: [...endpoints(), old.url] })).rejects.toThrow(
      `etcd at ${old.url} is 3.4.20; 3.5.13 or newer is needed`,
    );
    await old.stop();
    const storage = await openEtcd({ endpoints: [...endpoints(), old.url], prefix: `/test-${++stores}` });
    await old.start();
    await expect.poll(() => old.asked, { timeout: 10_000 }).toContain("/etcdserverpb.Maintenance/Status");
    for (let n = 0; n < 12; n++) expect(await storage.create(`a/${n}`, value)).toMatchObject({ ok: true });
    expect(old.asked.filter((call) => call !== "/etcdserverpb.Maintenance/Status")).toEqual([]);
    await storage.close();
    await old.stop();
  });
});

/** Says that it is etcd 3.4.20 and that there is a leader, and answers nothing else. */
class OldMember {
  readonly asked: string[] = [];
  url = "";
  #server: http2.Http2Server | undefined;
  readonly #sessions = new Set<http2.ServerHttp2Session>();

  static async start(): Promise<OldMember> {
    const member = new OldMember();
    await member.start();
    return member;
  }

  async start(): Promise<void> {
    const version = Buffer.from("3.4.20");
    // StatusResponse: version = 2, leader = 4; before it, as in every message of gRPC, that it is not compressed, and its length
    const status = Buffer.concat([Buffer.of(0x12, version.length), version, Buffer.of(0x20, 1)]);
    const message = Buffer.concat([Buffer.of(0, 0, 0, 0, status.length), status]);
    const server = http2.createServer();
    server.on("session", (session) => this.#sessions.add(session));
    server.on("stream", (stream, headers) => {
      this.asked.push(String(headers[":path"]));
      if (headers[":path"] !== "/etcdserverpb.Maintenance/Status") return;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(message);
    });
    server.listen(this.url === "" ? 0 : Number(new URL(this.url).port), "127.0.0.1");
    await once(server, "listening");
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#sessions.clear();
    this.asked.length = 0;
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}
