import { Agent, request } from "node:https";
import type { Answer, Target } from "./servers.ts";

/** Headers that belong to a connection or a moment, not to the bytes of an answer. */
const OF_THE_MOMENT = new Set(["connection", "keep-alive", "date", "transfer-encoding"]);

/** Connections are kept: a handshake costs the server more than a thousand deliveries of an event. */
const agents = new WeakMap<Target, Agent>();

/** Sends one request to our server, by itself no part of what is measured, and gives the answer in the form that the bare server takes. */
export function send(
  target: Target,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: object } = {},
): Promise<Answer> {
  let agent = agents.get(target);
  if (agent === undefined) {
    agent = new Agent({ keepAlive: true, ...target.credentials });
    agents.set(target, agent);
  }
  const type = body === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(`${target.origin["HTTP/1.1"]}${path}`, { method, agent, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const kept = Object.entries(response.headers).filter(([name]) => !OF_THE_MOMENT.has(name)) as [string, string][];
        const status = response.statusCode ?? 0;
        const bytes = Buffer.concat(chunks);
        if (status >= 300) reject(new Error(`${method} ${path} answered ${status}: ${bytes.toString().slice(0, 500)}`));
        else resolve({ status, headers: Object.fromEntries(kept), body: bytes });
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
