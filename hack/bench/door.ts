/**
 * What the door costs by itself: requests and watches of a core that does nothing, beside Node's two interfaces for HTTP/2.
 * `hack/bench/main.ts` measures the whole server. Run: node --import tsx hack/bench/door.ts
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createSecureServer } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { openDoor } from "../../apiserver/doors/http.ts";
import type { ApiResponse, Sink } from "../../apiserver/request.ts";
import { TestAuthority } from "../../test/tools/authority.ts";
import { describeMachine } from "./machine.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";

const WAYS = ["door", "Node's stream interface", "Node's request interface"] as const;
const WATCHES = 5_000;
const EVENTS = 20;
const REQUESTS = 20_000;
const BODY = Buffer.alloc(1_000, "a");
const EVENT = Buffer.alloc(700, "e");

const headers = () => ({
  "audit-id": "0c7b0a2e-4d0b-4a35-9a0e-0c8f5f0a1b2c",
  "cache-control": "no-cache, private",
  "content-type": "application/json",
});

if (process.send === undefined) await measure();
else await serve(process.argv[2] as (typeof WAYS)[number]);

async function measure(): Promise<void> {
  console.log((await describeMachine()).join("\n"));
  const print = (what: string, figure: number, unit: string) => console.log(`${what.padEnd(56)} ${figure.toFixed(2).padStart(8)} ${unit}`);
  for (const way of WAYS) {
    const reader = await start(way);
    await read(reader.url, REQUESTS / 2);
    const before = cpuSeconds(reader.pid);
    await read(reader.url, REQUESTS);
    print(`${way}: GET of 1 kB over HTTP/2`, ((cpuSeconds(reader.pid) - before) / REQUESTS) * 10_000, "CPU s per 10,000");
    reader.child.kill("SIGKILL");

    // A process of its own: what requests leave behind would be used again for watches.
    const { child, pid, url } = await start(way);
    const memory = residentBytes(pid);
    for (let opened = 0; opened < WATCHES; opened += 500) await openWatches(url, 500);
    await sleep(500);
    print(`${way}: idle watch over HTTP/2`, (residentBytes(pid) - memory) / WATCHES / 1000, "kB");
    const cpu = cpuSeconds(pid);
    child.send("deliver");
    await once(child, "message");
    print(`${way}: event delivered`, ((cpuSeconds(pid) - cpu) / WATCHES / EVENTS) * 1e6, "CPU µs");
    child.kill("SIGKILL");
  }
  process.exit();
}

async function start(way: (typeof WAYS)[number]) {
  const child = fork(new URL(import.meta.url), [way]);
  const [{ port }] = await once(child, "message");
  return { child, pid: child.pid!, url: `https://127.0.0.1:${port}` };
}

/** Sends requests over one connection, 16 at a time. */
async function read(url: string, count: number): Promise<void> {
  const session = connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: 4 << 20 } });
  session.setMaxListeners(0);
  let started = 0;
  const worker = async () => {
    while (started++ < count) {
      const request = session.request({ ":path": "/", accept: "application/json", "user-agent": "bench" });
      await once(request.resume(), "end");
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  session.close();
}

/** Opens watches over one connection and leaves them open. */
async function openWatches(url: string, count: number): Promise<void> {
  const session = connect(url, { rejectUnauthorized: false });
  session.setMaxListeners(0);
  session.on("error", () => {});
  const open = () => {
    const request = session.request({ ":path": "/watch", accept: "application/json" });
    request.on("error", () => {}).resume();
    return once(request, "response");
  };
  await Promise.all(Array.from({ length: count }, open));
}

async function serve(way: (typeof WAYS)[number]): Promise<void> {
  const authority = await TestAuthority.create();
  const pair = await authority.server("127.0.0.1");
  const watches: { write(chunk: Uint8Array): unknown }[] = [];
  const answer = (path: string): ApiResponse => {
    const open = (sink: Sink) => void watches.push(sink);
    return { status: 200, headers: headers(), body: path === "/watch" ? { open, drained() {}, close() {} } : BODY };
  };
  let port: number;
  if (way === "door") {
    const log = pino({ enabled: false });
    const tls = { ...pair, clientAuthorities: [authority.certificate] };
    ({ port } = await openDoor({ handle: async ({ path }) => answer(path), host: "127.0.0.1", port: 0, tls, log }));
  } else {
    const server = createSecureServer({
      key: pair.key,
      cert: pair.certificate,
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on("request", (request, response) => {
      response.writeHead(200, request.url === "/watch" ? headers() : { ...headers(), "content-length": BODY.length });
      if (request.url === "/watch") watches.push(response);
      else response.end(BODY);
    });
    if (way === "Node's stream interface") {
      server.removeAllListeners("stream");
      server.on("stream", (stream, { ":path": path }) => {
        stream.respond({ ":status": 200, ...headers(), ...(path === "/watch" ? {} : { "content-length": BODY.length }) });
        if (path === "/watch") watches.push(stream);
        else stream.end(BODY);
      });
    }
    await once(server.listen(0, "127.0.0.1"), "listening");
    ({ port } = server.address() as { port: number });
  }
  process.on("message", async () => {
    for (let round = 0; round < EVENTS; round++) {
      for (const watch of watches) watch.write(EVENT);
      await sleep(50);
    }
    await sleep(500);
    process.send!("delivered");
  });
  process.send!({ port });
}
