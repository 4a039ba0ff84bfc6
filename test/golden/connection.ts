import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { Credentials } from "../tools/credentials.ts";
import type { RecordedRequest } from "./scenario.ts";

/** Milliseconds without a byte. */
const SILENCE = 60_000;

/** Sends recorded requests to one server, with the administrator's certificate or with none. */
export class Connection {
  readonly #url: string;
  readonly #agents: { readonly administrator: Agent; readonly nobody: Agent };

  /** @param url `https://127.0.0.1:6443` */
  constructor(url: string, credentials: Credentials) {
    this.#url = url;
    this.#agents = {
      administrator: new Agent({ keepAlive: true, ...credentials }),
      nobody: new Agent({ keepAlive: true, ca: credentials.ca }),
    };
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** Resolves when the head of the answer is there. Rejects when the connection breaks. */
  send(recorded: RecordedRequest): Promise<IncomingMessage> {
    const payload = payloadOf(recorded);
    const headers: Record<string, string | number> = {};
    const defaults = {
      accept: "application/json",
      ...(recorded.body === undefined ? {} : { "content-type": "application/json" }),
      ...(payload === undefined ? {} : { "content-length": payload.length }),
    };
    for (const [name, value] of Object.entries({ ...defaults, ...recorded.headers })) if (value !== null) headers[name] = value;
    const agent = this.#agents[recorded.credentials === "none" ? "nobody" : "administrator"];
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}/`, { method: recorded.method ?? "GET", path: recorded.path, headers, agent }, resolve);
      sent.on("error", reject);
      sent.setTimeout(SILENCE, () => sent.destroy(new Error(`no answer in ${SILENCE} ms`)));
      sent.end(payload);
    });
  }
}

function payloadOf({ body, text, base64, repeat }: RecordedRequest): Buffer | undefined {
  if (body !== undefined) return Buffer.from(JSON.stringify(body));
  if (text !== undefined) return Buffer.from(text);
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  return repeat && Buffer.from(repeat.head + repeat.unit.repeat(repeat.times) + repeat.tail);
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
