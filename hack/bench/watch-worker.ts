/** Watchers in a process of their own: opens watches and tells when all have been told of so many events, and how late. */
import { once } from "node:events";
import { get } from "node:https";
import { openHttp2Watches } from "./http2-watchers.ts";
import type { Protocol, Target } from "./servers.ts";

export interface OpenWatches {
  readonly protocol: Protocol;
  readonly origin: string;
  readonly credentials: Target["credentials"];
  readonly path: string;
  readonly watchers: number;
  /** Streams that share a connection. Over HTTP/1.1 each has its own. */
  readonly perConnection: number;
  /** Events tell when they were made, as `"at":"<nanoseconds>"`; that counts, not what {@link Await} says. */
  readonly timed?: boolean;
}

/** Answered with {@link Arrivals} when all watchers together have received that many events since they were opened. */
export interface Await {
  readonly events: number;
  /** When the event was made, by the machine's monotonic clock. Nanoseconds. */
  readonly made: bigint;
}

/** How late events were read, in milliseconds. */
export interface Arrivals {
  readonly p99: number;
  readonly last: number;
}

const NEWLINE = 0x0a;
/** Handshakes under way at once. */
const HANDSHAKES = 16;

let received = 0;
let awaited: Await | undefined;
/** What had been received when the wait began. */
let before = 0;
/** Pairs: how late, and how many events had been received by then. */
let arrivals: [number, number][] = [];

/** How late events were that tell when they were made. Milliseconds. */
let timed: number[] | undefined;

function count(chunk: Buffer): void {
  if (timed !== undefined) time(chunk, timed);
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) received++;
  if (awaited === undefined) return;
  arrivals.push([Number(process.hrtime.bigint() - awaited.made) / 1e6, received]);
  if (received < awaited.events) return;
  process.send?.(timed === undefined ? arrivedBy(awaited.events) : timedArrivals(timed));
  awaited = undefined;
  arrivals = [];
}

function arrivedBy(events: number): Arrivals {
  const most = before + 0.99 * (events - before);
  return { p99: arrivals.find(([, by]) => by >= most)![0], last: arrivals.at(-1)![0] };
}

function timedArrivals(late: number[]): Arrivals {
  const sorted = late.splice(0).sort((a, b) => a - b);
  return { p99: sorted[Math.floor(0.99 * sorted.length)]!, last: sorted.at(-1)! };
}

const AT = '"at":"';

/** An event whose time is cut in two by the end of a read is not timed. */
function time(chunk: Buffer, late: number[]): void {
  const now = process.hrtime.bigint();
  for (let at = chunk.indexOf(AT); at !== -1; at = chunk.indexOf(AT, at + 1)) {
    const end = chunk.indexOf('"', at + AT.length);
    if (end !== -1) late.push(Number(now - BigInt(chunk.toString("latin1", at + AT.length, end))) / 1e6);
  }
}

async function openHttp1Watch({ origin, credentials, path }: OpenWatches): Promise<void> {
  const request = get(`${origin}${path}`, { ...credentials, agent: false, headers: { accept: "application/json" } });
  const [response] = await once(request, "response");
  if (response.statusCode !== 200) throw new Error("a watch was refused");
  response.on("data", count);
}

async function open(watches: OpenWatches): Promise<void> {
  const { protocol, origin, credentials, path, watchers, perConnection } = watches;
  if (watches.timed) timed = [];
  const openings: (() => Promise<void>)[] = [];
  if (protocol === "HTTP/1.1") for (let opened = 0; opened < watchers; opened++) openings.push(() => openHttp1Watch(watches));
  else {
    for (let opened = 0; opened < watchers; opened += perConnection) {
      const streams = Math.min(perConnection, watchers - opened);
      openings.push(() => openHttp2Watches(origin, credentials, path, streams, count));
    }
  }
  const next = openings.values();
  await Promise.all(
    Array.from({ length: HANDSHAKES }, async () => {
      for (const opening of next) await opening();
    }),
  );
}

process.on("message", (message: OpenWatches | Await) => {
  if ("events" in message) {
    awaited = message;
    before = received;
    if (received >= awaited.events) count(Buffer.alloc(0));
  } else
    void open(message).then(
      () => process.send?.({}),
      (error: Error) => process.send?.({ error: error.message }),
    );
});
process.on("disconnect", () => process.exit());
