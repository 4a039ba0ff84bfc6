import { describe, expect, it } from "vitest";
import type { Eventual } from "../../eventual.ts";
import { type AuditEvent, eventText } from "../event.ts";
import { AuditCounts, Several } from "../sink.ts";
import { type Backend, Blocking } from "./backend.ts";
import { Batching, type BatchOptions } from "./batching.ts";
import { LogBackend } from "./log.ts";
import { type Loss, Losses } from "./losses.ts";
import { Truncating } from "./truncating.ts";

const eventOf = (auditID: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  level: "Metadata",
  auditID,
  stage: "RequestReceived",
  requestURI: "/",
  verb: "get",
  user: {},
  sourceIPs: [],
  requestReceivedTimestamp: 0,
  stageTimestamp: 0,
  ...more,
});

class Kept implements Backend {
  readonly batches: string[][] = [];
  answer: (batch: readonly string[]) => Eventual<boolean> = () => true;
  closed = false;

  write(events: readonly AuditEvent[]): Eventual<boolean> {
    const batch = events.map(({ auditID }) => auditID);
    this.batches.push(batch);
    return this.answer(batch);
  }

  close(): void {
    this.closed = true;
  }
}

function lossless() {
  const counts = new AuditCounts();
  const told: Loss[] = [];
  let time = 0;
  const losses = new Losses(
    counts,
    (loss) => told.push(loss),
    () => time,
  );
  return { counts, told, losses, pass: (milliseconds: number) => (time += milliseconds) };
}

const later = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("requests that wait for their events", () => {
  it("are refused only where that is strict", async () => {
    const backend = new Kept();
    backend.answer = () => false;
    expect(new Blocking(backend, false).record(eventOf("a"))).toBe(true);
    expect(new Blocking(backend, true).record(eventOf("a"))).toBe(false);
    backend.answer = async () => false;
    expect(await new Blocking(backend, false).record(eventOf("a"))).toBe(true);
    expect(await new Blocking(backend, true).record(eventOf("a"))).toBe(false);
  });

  it("are told to several sinks, all of which have to take them", async () => {
    const [one, other] = [new Kept(), new Kept()];
    const sink = new Several([new Blocking(one, true), new Blocking(other, true)]);
    expect(sink.record(eventOf("a"))).toBe(true);
    other.answer = async () => false;
    expect(await sink.record(eventOf("b"))).toBe(false);
    one.answer = () => false;
    other.answer = () => true;
    expect(sink.record(eventOf("c"))).toBe(false);
    await sink.close();
    expect([one.batches.length, other.batches.length, one.closed, other.closed]).toEqual([3, 3, true, true]);
  });
});

describe("batches", () => {
  const start = (options: Partial<BatchOptions>, backend = new Kept()) => {
    const { counts, losses } = lossless();
    const batching = new Batching(
      backend,
      { bufferSize: 10, maxBatchSize: 2, maxWait: 60_000, throttle: undefined, ...options },
      losses,
      () => performance.now(),
    );
    return { batching, backend, counts };
  };

  it("go out when they are full, and what is left when the time is over", async () => {
    const { batching, backend } = start({ maxWait: 20 });
    for (const id of ["a", "b", "c"]) expect(batching.record(eventOf(id))).toBe(true);
    expect(backend.batches).toEqual([]);
    await later();
    expect(backend.batches[0]).toEqual(["a", "b"]);
    await later(60);
    expect(backend.batches).toEqual([["a", "b"], ["c"]]);
    await batching.close();
  });

  it("drop what comes while the buffer is full, and count it", async () => {
    const { batching, backend, counts } = start({ bufferSize: 3, maxBatchSize: 2 });
    const arrive: (() => void)[] = [];
    backend.answer = () => new Promise((resolve) => arrive.push(() => resolve(true)));
    for (const id of ["a", "b", "c", "lost"]) batching.record(eventOf(id));
    await later();
    // two are under way, one waits
    batching.record(eventOf("lost too"));
    expect(counts.errors.get("buffered")).toBe(2);
    arrive[0]?.();
    await later();
    batching.record(eventOf("d"));
    await later();
    arrive[1]?.();
    expect(backend.batches).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(counts.errors.get("buffered")).toBe(2);
    await batching.close();
  });

  it("go out no more often than they may", async () => {
    const { batching, backend } = start({ maxBatchSize: 1, throttle: { perSecond: 10, burst: 2 } });
    for (const id of ["a", "b", "c", "d"]) batching.record(eventOf(id));
    await later(30);
    expect(backend.batches).toHaveLength(2);
    await later(110);
    expect(backend.batches.length).toBeGreaterThanOrEqual(3);
    await batching.close();
    expect(backend.batches).toEqual([["a"], ["b"], ["c"], ["d"]]);
  });

  it("all go out at the end, and nothing is taken any more", async () => {
    const { batching, backend, counts } = start({ throttle: { perSecond: 1, burst: 1 } });
    let arrived = 0;
    backend.answer = async () => {
      await later();
      arrived++;
      return true;
    };
    for (const id of ["a", "b", "c", "d", "e"]) batching.record(eventOf(id));
    await batching.close();
    expect([arrived, backend.closed]).toEqual([3, true]);
    batching.record(eventOf("f"));
    expect(counts.errors.get("buffered")).toBe(1);
  });
});

describe("a log", () => {
  it("has a line for each event, and says whether it is written", () => {
    const { counts, told, losses } = lossless();
    const lines: string[] = [];
    let full = false;
    const write = (line: string) => {
      if (full) throw new Error("no space left on device");
      lines.push(line);
    };
    const log = new LogBackend({ write, close: async () => {} }, "json", losses);
    expect(log.write([eventOf("a"), eventOf("b")])).toBe(true);
    full = true;
    expect(log.write([eventOf("c")])).toBe(false);
    expect(lines.map((line) => [JSON.parse(line).auditID, line.endsWith("}\n")])).toEqual([
      ["a", true],
      ["b", true],
    ]);
    expect(counts.errors.get("log")).toBe(1);
    expect(told).toMatchObject([{ where: "log", events: 1, example: expect.stringContaining('id="c"') }]);
  });

  it("may be for people", () => {
    const lines: string[] = [];
    const log = new LogBackend({ write: (line) => lines.push(line), close: async () => {} }, "legacy", lossless().losses);
    log.write([eventOf("a")]);
    expect(lines).toEqual([expect.stringMatching(/^1970-01-01T00:00:00Z AUDIT: id="a" .*"\n$/)]);
  });
});

describe("losses", () => {
  it("are all counted, and told every now and then", () => {
    const { counts, told, losses, pass } = lossless();
    for (let at = 0; at < 5; at++) losses.lost("log", new Error("full"), [eventOf("a"), eventOf("b")]);
    expect([counts.errors.get("log"), told.map(({ events }) => events)]).toEqual([10, [2]]);
    pass(10_000);
    losses.lost("log", new Error("full"), [eventOf("c")]);
    expect(told.map(({ events }) => events)).toEqual([2, 9]);
  });
});

describe("events that are too long", () => {
  const start = (maxEventSize: number) => {
    const { counts, losses } = lossless();
    const kept: AuditEvent[] = [];
    const sink = { record: (event: AuditEvent) => kept.push(event) > 0, close: () => {} };
    return { kept, counts, sink: new Truncating(sink, maxEventSize, losses) };
  };
  const long = JSON.stringify({ data: "x".repeat(1000) });

  it("lose their objects, and say so", () => {
    const { kept, sink } = start(500);
    sink.record(eventOf("a", { level: "RequestResponse", requestObject: long, responseObject: long, annotations: { z: "" } }));
    expect(kept).toMatchObject([{ auditID: "a", requestObject: undefined, responseObject: undefined }]);
    expect(Object.keys(kept[0]?.annotations ?? {})).toEqual(["audit.k8s.io/truncated", "z"]);
  });

  it("are lost where that is not enough", () => {
    const { kept, counts, sink } = start(500);
    expect(sink.record(eventOf("a", { requestURI: "x".repeat(1000) }))).toBe(true);
    expect([kept.length, counts.errors.get("truncate")]).toEqual([0, 1]);
  });

  it("are as long as their line", () => {
    const length = Buffer.byteLength(eventText(eventOf("ä"))) + 1;
    const [fits, tooLong] = [start(length), start(length - 1)];
    for (const { sink } of [fits, tooLong]) sink.record(eventOf("ä"));
    expect([fits.kept.length, tooLong.kept.length]).toEqual([1, 0]);
  });
});
