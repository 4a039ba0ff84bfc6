/**
 * What the door costs: requests and watches of a core that does nothing, and the same on Node's own interfaces, for comparison.
 * Run: node --import tsx hack/bench/door.ts
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createSecureServer } from "node:http2";
import { pino } from "pino";
import { openDoor } from "../../apiserver/doors/http.ts";
import type { ApiResponse, Sink } from "../../apiserver/request.ts";
import { TestAuthority } from "../../test/tools/authority.ts";
import { http1Client, http2Client, openWatches } from "./clients.ts";
import { Costs, cpuOf, print, printMachine, sleep } from "./process.ts";

const WAYS = ["door", "Node's stream interface", "Node's request interface"] as const;
const WATCHES = 5_000;
const EVENTS = 20;
const TLS = { rejectUnauthorized: false };
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
  printMachine();
  for (const way of WAYS) {
    const requests = await start(way);
    const get2 = http2Client(requests.url, TLS);
    print(`${way}: GET of 1 kB over HTTP/2`, await cpuOf(requests.costs, 20_000, () => get2("/")), "CPU s per 10,000");
    const get1 = http1Client(requests.url, TLS);
    print(`${way}: GET of 1 kB over HTTP/1.1`, await cpuOf(requests.costs, 10_000, () => get1("/")), "CPU s per 10,000");
    requests.child.kill("SIGKILL");

    // A process of its own: what requests leave behind would be used again for watches.
    const { child, url, costs } = await start(way);
    const memory = costs.memory;
    await openWatches(url, TLS, "/watch", WATCHES);
    await sleep(500);
    print(`${way}: idle watch over HTTP/2`, (costs.memory - memory) / WATCHES, "kB");
    const cpu = costs.cpu;
    child.send("deliver");
    await once(child, "message");
    print(`${way}: event delivered`, ((costs.cpu - cpu) / WATCHES / EVENTS) * 1e6, "CPU µs");
    child.kill("SIGKILL");
  }
  process.exit();
}

async function start(way: (typeof WAYS)[number]) {
  const child = fork(new URL(import.meta.url), [way]);
  const [{ port }] = await once(child, "message");
  return { child, url: `https://127.0.0.1:${port}`, costs: new Costs(child) };
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
