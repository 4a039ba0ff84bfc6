/** The load generator's own process: see {@link Load}. It is told how to connect first, then one job after the other. */
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request as requestHttp1 } from "node:https";
import { setTimeout } from "node:timers/promises";
import { median, quantile } from "./figures.ts";
import type { Connect, Job, Outcome } from "./load.ts";

/** Sends one request on the client's connection and resolves at the end of its answer. */
type Send = (job: Job, path: string, body: string | undefined) => Promise<Received>;

interface Received {
  readonly status: number;
  /** When the first byte of the body came; when the answer ended, if it has none. */
  readonly first: number;
}

/** A window as large as Go's, so that a large answer does not wait for the client. */
const WINDOW = 4 * 1024 * 1024;

function http1Client({ origin, credentials }: Connect): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...credentials });
  return ({ method, headers }, path, body) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const request = requestHttp1(`${origin}${path}`, { method, agent, headers: { ...headers, ...length } }, (response) => {
        let first: number | undefined;
        response.on("error", reject);
        response.on("data", () => (first ??= performance.now()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, first: first ?? performance.now() }));
      });
      request.on("error", reject);
      request.end(body);
    });
}

async function http2Client({ origin, credentials }: Connect): Promise<Send> {
  const session = connectHttp2(origin, { ...credentials, settings: { initialWindowSize: WINDOW, enablePush: false } });
  session.setMaxListeners(0);
  await once(session, "connect");
  session.setLocalWindowSize(WINDOW);
  return ({ method, headers }, path, body) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: body === undefined });
      let status = 0;
      let first: number | undefined;
      stream.on("response", (answer) => {
        status = answer[":status"] ?? 0;
      });
      stream.on("error", reject);
      stream.on("data", () => (first ??= performance.now()));
      stream.on("end", () => resolve({ status, first: first ?? performance.now() }));
      if (body !== undefined) stream.end(body);
    });
}

const clients: Send[] = [];
let serial = 0;

async function run(job: Job): Promise<Outcome> {
  if (job.from !== undefined) serial = job.from;
  const latencies: number[] = [];
  const firsts: number[] = [];
  const began = performance.now();
  const deadline = began + 1_000 * job.seconds;
  let left = job.requests;
  const client = async (send: Send) => {
    while (left > 0) {
      left--;
      const number = String(serial++);
      const path = job.path.replaceAll("$N", number);
      const body = job.body?.replaceAll("$N", number).replaceAll("$T", String(process.hrtime.bigint()));
      const sent = performance.now();
      if (sent > deadline) return;
      const { status, first } = await send(job, path, body);
      if (status !== job.status) throw new Error(`${job.method} ${path} answered ${status}`);
      firsts.push(first - sent);
      latencies.push(performance.now() - sent);
      if (job.pause !== undefined) await setTimeout(job.pause);
    }
  };
  await Promise.all(clients.map(client));
  const seconds = (performance.now() - began) / 1_000;
  return {
    requests: latencies.length,
    seconds,
    medianLatency: median(latencies),
    p99Latency: quantile(latencies, 0.99),
    maxLatency: Math.max(...latencies),
    medianFirst: median(firsts),
  };
}

async function obey(message: Connect | Job): Promise<object> {
  if (!("origin" in message)) return run(message);
  for (let client = 0; client < message.clients; client++) {
    if (message.protocol === "HTTP/1.1") clients.push(http1Client(message));
    else clients.push(message.shared && client > 0 ? clients[0]! : await http2Client(message));
  }
  return {};
}

process.on("message", (message: Connect | Job) => {
  void obey(message).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on("disconnect", () => process.exit());
