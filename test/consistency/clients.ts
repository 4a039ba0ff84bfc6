import * as http2 from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { credentialsIn } from "../tools/credentials.ts";
import type { Attempt, Event, EventType, State } from "./history.ts";
import type { Watched } from "./watches.ts";

/** Where the objects of a history live: ConfigMaps, whose `data.value` is the value and `data.filler` has the length that it says. */
const NAMESPACE = "history";
export const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: objects and errors of every shape
  readonly body: any;
}

/** A connection of the administrator to a server, which may be killed at any moment. */
export class Connection {
  readonly #session: http2.ClientHttp2Session;

  private constructor(session: http2.ClientHttp2Session) {
    this.#session = session;
  }

  static async open({ url, kubeconfigPath }: { readonly url: string; readonly kubeconfigPath: string }): Promise<Connection> {
    const session = http2.connect(url, await credentialsIn(kubeconfigPath));
    session.on("error", () => undefined);
    return new Connection(session);
  }

  /** @throws Error if no whole answer comes */
  async send(method: string, path: string, body?: object): Promise<Answer> {
    const { status, text, whole } = await this.stream(method, path, body).done;
    if (!whole) throw new Error("no whole answer");
    return { status, body: JSON.parse(text) };
  }

  /** Sends a request and hands out its answer as it comes; `done` never rejects. */
  stream(method: string, path: string, body?: object, onData?: (chunk: string) => void) {
    let text = "";
    let status = 0;
    let stream: http2.ClientHttp2Stream | undefined;
    const done = new Promise<{ readonly status: number; readonly text: string; readonly whole: boolean }>((resolve) => {
      let whole = false;
      const end = () => resolve({ status, text, whole });
      if (this.#session.destroyed || this.#session.closed) return end();
      const head = { ":method": method, ":path": path, "content-type": "application/json" };
      // left to itself, Node sends no body with a DELETE
      stream = this.#session.request(head, { endStream: body === undefined });
      stream.setEncoding("utf8");
      stream.on("response", (headers) => {
        status = headers[":status"] ?? 0;
      });
      stream.on("data", (chunk: string) => {
        if (onData === undefined) text += chunk;
        else onData(chunk);
      });
      // a stream that is cut off ends too
      stream.on("end", () => {
        whole = status !== 0 && stream?.rstCode === http2.constants.NGHTTP2_NO_ERROR;
      });
      stream.on("error", () => undefined);
      stream.on("close", end);
      if (body !== undefined) stream.end(JSON.stringify(body));
    });
    return { done, cancel: () => stream?.close(http2.constants.NGHTTP2_CANCEL) };
  }

  close(): void {
    this.#session.destroy();
  }
}

/** Makes the place where a history is played. */
export async function prepare(connection: Connection): Promise<void> {
  const { status } = await connection.send("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  if (status !== 201) throw new Error(`the namespace could not be made: ${status}`);
}

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: { readonly value?: string; readonly filler?: string; readonly length?: string };
}

/** The value of an object. An object of which a part is missing has none. */
export function writtenIn({ data }: ConfigMap): string {
  const { value = "", filler = "", length } = data ?? {};
  return filler.length === Number(length) && filler === "x".repeat(filler.length) ? value : `${value} (half written)`;
}

/** What there is, and as of which revision. */
export async function readAll(connection: Connection): Promise<{ readonly state: State; readonly revision: number }> {
  const { status, body } = await connection.send("GET", COLLECTION);
  if (status !== 200) throw new Error(`the list failed: ${JSON.stringify(body)}`);
  const entry = (object: ConfigMap) =>
    [object.metadata.name, { value: writtenIn(object), revision: Number(object.metadata.resourceVersion) }] as const;
  return { state: new Map(body.items.map(entry)), revision: Number(body.metadata.resourceVersion) };
}

/** Does one write after the other to a key that nobody else writes, until it is stopped or the line breaks. */
export class Writer {
  readonly attempts: Attempt[] = [];
  readonly #key: string;
  readonly #random: () => number;
  #writes = 0;
  #stopped = false;

  /** @param random numbers from 0 up to 1 */
  constructor(key: string, random: () => number) {
    this.#key = key;
    this.#random = random;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(connection: Connection, start: State): Promise<void> {
    let present = start.get(this.#key);
    while (!this.#stopped) {
      const type: EventType = present === undefined ? "ADDED" : this.#random() < 0.2 ? "DELETED" : "MODIFIED";
      const value = type === "DELETED" ? (present as { value: string }).value : `${this.#key}-${Date.now()}-${this.#writes++}`;
      const attempt = { key: this.#key, type, value };
      let answer: Answer;
      try {
        answer = await this.#write(connection, type, value, present?.revision);
      } catch {
        this.attempts.push({ ...attempt, outcome: "unknown" });
        return;
      }
      const { status, body } = answer;
      if (status >= 500) {
        this.attempts.push({ ...attempt, outcome: /unknown/.test(body.message) ? "unknown" : "refused" });
        return;
      }
      if (status >= 300) throw new Error(`${type} ${this.#key}: ${JSON.stringify(body)}`);
      const revision = type === "DELETED" ? undefined : Number(body.metadata.resourceVersion);
      this.attempts.push({ ...attempt, outcome: "acknowledged", ...(revision !== undefined && { revision }) });
      present = revision === undefined ? undefined : { value, revision };
    }
  }

  #write(connection: Connection, type: EventType, value: string, revision: number | undefined): Promise<Answer> {
    const address = `${COLLECTION}/${this.#key}`;
    if (type === "DELETED") return connection.send("DELETE", address);
    // some take several pages of the store, most do not
    const length = Math.floor(this.#random() ** 4 * 20_000);
    const object = {
      metadata: { name: this.#key, ...(revision !== undefined && { resourceVersion: String(revision) }) },
      data: { value, filler: "x".repeat(length), length: String(length) },
    };
    return type === "ADDED" ? connection.send("POST", COLLECTION, object) : connection.send("PUT", address, object);
  }
}

/** A watch of everything, and what it told so far. */
export class Watcher implements Watched {
  readonly from: number;
  readonly events: Event[] = [];
  readonly bookmarks: { readonly events: number; readonly revision: number }[] = [];
  /** What a watch tells that is no event of an object: why it failed. */
  readonly errors: string[] = [];
  #rest = "";
  #cancel: (() => void) | undefined;
  #onEvent: (() => void) | undefined;

  constructor(from: number) {
    this.from = from;
  }

  /** Resolves when the watch is over: cancelled, cut off, or ended by the server. */
  async run(connection: Connection): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.from}`;
    const { done, cancel } = connection.stream("GET", `${COLLECTION}?${query}`, undefined, (chunk) => this.#take(chunk));
    this.#cancel = cancel;
    await done;
  }

  /** Ends once this revision or a later one has been told. */
  until(revision: number): void {
    this.#onEvent = () => {
      if (this.errors.length > 0 || (this.events.at(-1)?.revision ?? 0) >= revision) this.#cancel?.();
    };
    this.#onEvent();
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    // a line that was cut off says nothing
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#hear(JSON.parse(line));
    this.#onEvent?.();
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object or a Status
  #hear({ type, object }: { readonly type: string; readonly object: any }): void {
    if (type === "ERROR") this.errors.push(JSON.stringify(object));
    else {
      const revision = Number(object.metadata.resourceVersion);
      if (type === "BOOKMARK") this.bookmarks.push({ events: this.events.length, revision });
      else this.events.push({ key: object.metadata.name, type: type as EventType, value: writtenIn(object), revision });
    }
  }
}

/**
 * One more write, which ends what comes before: everything that is told up to it has been told. Tried again while the store recovers.
 * @returns what was tried; the last one was acknowledged
 */
export async function mark(connection: Connection, name: string): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (let n = 0; n < 100; n++) {
    const key = `${name}-${n}`;
    const attempt = { key, type: "ADDED", value: key } as const;
    const { status, body } = await connection.send("POST", COLLECTION, { metadata: { name: key }, data: { value: key, length: "0" } });
    if (status === 201) return [...attempts, { ...attempt, outcome: "acknowledged", revision: Number(body.metadata.resourceVersion) }];
    attempts.push({ ...attempt, outcome: "unknown" });
    await sleep(100);
  }
  throw new Error(`the mark could not be made: ${JSON.stringify(attempts)}`);
}
