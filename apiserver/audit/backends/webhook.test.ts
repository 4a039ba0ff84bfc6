import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Backoff } from "../../../client/backoff.ts";
import { readKubeconfig } from "../../../client/kubeconfig.ts";
import { Webhook } from "../../../client/webhook.ts";
import { WebhookServer } from "../../../test/tools/webhook-server.ts";
import type { AuditEvent } from "../event.ts";
import { AuditCounts } from "../sink.ts";
import { Batching } from "./batching.ts";
import { Losses } from "./losses.ts";
import { WebhookBackend } from "./webhook.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const SOON: Backoff = { steps: 3, first: 5, factor: 1.5, jitter: 0.2 };

async function start(behave: WebhookServer["behave"], { maxSize = Number.POSITIVE_INFINITY, timeout = 5_000 } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "datum-test-"));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const server = await WebhookServer.start(behave);
  closing.push(() => server.close());
  const access = await readKubeconfig(await server.writeKubeconfig(path.join(folder, "kubeconfig")));
  const counts = new AuditCounts();
  const losses = new Losses(
    counts,
    () => {},
    () => 0,
  );
  const backend = new WebhookBackend(new Webhook(access, { timeout, backoff: SOON }), maxSize, losses);
  closing.push(() => backend.close());
  return { server, backend, counts, losses, told: () => server.questions.map(({ body }) => body.items.map(idOf)) };
}

const idOf = ({ auditID }: { auditID: string }) => auditID;

const eventOf = (auditID: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  level: "Request",
  auditID,
  stage: "ResponseComplete",
  requestURI: "/",
  verb: "get",
  user: {},
  sourceIPs: [],
  requestReceivedTimestamp: 0,
  stageTimestamp: 0,
  ...more,
});

const nothing = (_: unknown, response: { end(): void }) => void response.end();

describe("a program elsewhere", () => {
  it("is sent events in lists, and need not say anything", async () => {
    const { server, backend, counts } = await start(nothing);
    expect(await backend.write([eventOf("a", { requestObject: '{"data":{"a":"b"}}' }), eventOf("b")])).toBe(true);
    expect(server.questions).toMatchObject([
      {
        url: "/ask?timeout=5s",
        client: "asking",
        headers: { "content-type": "application/json" },
        body: {
          kind: "EventList",
          apiVersion: "audit.k8s.io/v1",
          metadata: {},
          items: [{ auditID: "a", requestObject: { data: { a: "b" } } }, { auditID: "b" }],
        },
      },
    ]);
    expect(server.questions[0]?.body.items[0]).not.toHaveProperty("kind");
    expect(counts.errors.size).toBe(0);
  });

  it("is sent them again, whatever it answered", async () => {
    let asked = 0;
    const { backend, told, counts } = await start((_: unknown, response: { statusCode: number; end(): void }) => {
      asked++;
      response.statusCode = asked < 3 ? 400 : 200;
      response.end();
    });
    expect(await backend.write([eventOf("a")])).toBe(true);
    expect(told()).toEqual([["a"], ["a"], ["a"]]);
    expect(counts.errors.size).toBe(0);
  });

  it("loses what it will not take, which is counted", async () => {
    const { backend, told, counts } = await start((_: unknown, response: { statusCode: number; end(): void }) => {
      response.statusCode = 500;
      response.end();
    });
    expect(await backend.write([eventOf("a"), eventOf("b")])).toBe(false);
    expect(told()).toHaveLength(3);
    expect(counts.errors.get("webhook")).toBe(2);
  });

  it("that is not there loses it too", async () => {
    const { server, backend, counts } = await start(nothing);
    await server.close();
    expect(await backend.write([eventOf("a")])).toBe(false);
    expect(counts.errors.get("webhook")).toBe(1);
  });

  it("is sent a long batch in parts", async () => {
    const { backend, told } = await start(nothing, { maxSize: 1_100 });
    const long = JSON.stringify("x".repeat(500));
    const batch = [eventOf("a", { requestObject: long }), eventOf("b", { requestObject: long }), eventOf("c"), eventOf("d")];
    expect(await backend.write(batch)).toBe(true);
    expect(told().toSorted()).toEqual([["a"], ["b", "c"], ["d"]].toSorted());
  });

  it("is sent megabytes", async () => {
    const { server, backend } = await start(nothing);
    const long = JSON.stringify({ data: "x".repeat(100_000) });
    expect(await backend.write(Array.from({ length: 200 }, (_, at) => eventOf(String(at), { responseObject: long })))).toBe(true);
    expect(server.questions[0]?.body.items).toHaveLength(200);
  });

  it("that never answers keeps no more than the buffer holds, and is given up at the end", async () => {
    const { backend, counts, losses } = await start(() => undefined, { timeout: 60_000 });
    const options = { bufferSize: 4, maxBatchSize: 2, maxWait: 5, throttle: undefined };
    const batching = new Batching(backend, options, losses, () => performance.now());
    for (const id of ["a", "b", "c", "d", "e", "f"]) batching.record(eventOf(id));
    expect(counts.errors.get("buffered")).toBe(2);
    const before = performance.now();
    await batching.close();
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(counts.errors.get("webhook")).toBe(4);
  }, 20_000);
});
