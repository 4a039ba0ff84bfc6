/** Watchers in a process of their own: opens watch streams over HTTP/2 and tells when each has received so many events. */
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import type { Target } from "./servers.ts";

export interface OpenWatches {
  readonly origin: string;
  readonly credentials: Target["credentials"];
  readonly path: string;
  readonly watchers: number;
  /** Streams that share a connection. */
  readonly perConnection: number;
}

/** Answered when all watchers together have received that many events since they were opened. */
export interface Await {
  readonly events: number;
}

const NEWLINE = 0x0a;

let received = 0;
let awaited = Number.POSITIVE_INFINITY;
const sessions: ClientHttp2Session[] = [];

function count(chunk: Buffer): void {
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) received++;
  if (received < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  process.send?.({});
}

async function open({ origin, credentials, path, watchers, perConnection }: OpenWatches): Promise<void> {
  for (let opened = 0; opened < watchers; opened += perConnection) {
    const session = connect(origin, { ...credentials, settings: { initialWindowSize: 1024 * 1024, enablePush: false } });
    session.setMaxListeners(0);
    await once(session, "connect");
    sessions.push(session);
    const opening: Promise<unknown>[] = [];
    for (let index = opened; index < Math.min(watchers, opened + perConnection); index++) {
      const stream = session.request({ ":path": path, accept: "application/json", "user-agent": "datum-bench" });
      stream.on("data", count);
      opening.push(once(stream, "response"));
    }
    await Promise.all(opening);
  }
}

process.on("message", (message: OpenWatches | Await) => {
  if ("events" in message) {
    awaited = message.events;
    if (received >= awaited) count(Buffer.alloc(0));
  } else
    void open(message).then(
      () => process.send?.({}),
      (error: Error) => process.send?.({ error: error.message }),
    );
});
process.on("disconnect", () => process.exit());
