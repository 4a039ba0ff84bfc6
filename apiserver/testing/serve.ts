import { kinds } from "../../apis/kinds.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import { Core } from "../core.ts";
import { type ApiRequest, type ApiResponse, isStream, lengthOf, piecesOf, type UserInfo } from "../request.ts";

/** Who asks where a test names nobody. */
export const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };

export interface Asked {
  readonly headers?: ApiRequest["headers"];
  /** Sent as JSON; a text as it stands. */
  readonly body?: unknown;
  readonly user?: UserInfo;
}

export interface Answered {
  readonly status: number;
  readonly headers: ApiResponse["headers"];
  /** All of the body; of a stream what it writes first. */
  readonly bytes: Buffer;
  /** The body read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  json(): any;
}

/** A whole server without doors, on an empty store in memory. */
export interface Served {
  readonly core: Core;
  /** Sends a request such as `ask("GET", "/api/v1/namespaces?limit=1")`. */
  ask(method: string, target: string, asked?: Asked): Promise<Answered>;
  /** Stops it. Gives what failed unexpectedly in the meantime. */
  close(): Promise<unknown[]>;
}

/** Starts a server for a test. It asks `authorizers` about everyone but administrators. */
export async function serve({ authorizers = [] }: { authorizers?: readonly Authorizer[] } = {}): Promise<Served> {
  const panics: unknown[] = [];
  const storage = new MemoryStorage();
  const core = new Core({ storage, kinds, productVersion: "0", serverAddress: "", authorizers, onPanic: (error) => panics.push(error) });
  await core.start();
  return {
    core,
    async ask(method, target, { headers = {}, body, user = ADMIN } = {}) {
      const [path = "", query = ""] = target.split("?");
      const response = await core.handle({
        method,
        path,
        query,
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        connection: { remoteAddress: "", clientCertificate: undefined, trustedUser: user },
        readBody: async () => (body === undefined ? new Uint8Array() : Buffer.from(typeof body === "string" ? body : JSON.stringify(body))),
      });
      const bytes = await bytesOf(response);
      return { status: response.status, headers: response.headers, bytes, json: () => JSON.parse(bytes.toString()) };
    },
    async close() {
      core.close();
      await storage.close();
      return panics;
    },
  };
}

/**
 * The body of an answer, of a stream what it writes first.
 *
 * @throws Error when it does not have the length that it told beforehand
 */
export async function bytesOf({ body }: ApiResponse): Promise<Buffer> {
  const written: Uint8Array[] = [];
  if (!isStream(body)) {
    for await (const piece of piecesOf(body)) written.push(piece);
    const bytes = Buffer.concat(written);
    const told = lengthOf(body);
    if (told !== undefined && told !== bytes.length) throw new Error(`${told} bytes were to come, and ${bytes.length} came`);
    return bytes;
  }
  await new Promise<void>((resolve) => {
    const write = (chunk: Uint8Array) => {
      written.push(chunk);
      // what is known already is written in one turn
      setImmediate(resolve);
      return true;
    };
    body.open({ write, end: resolve });
  });
  body.close();
  return Buffer.concat(written);
}
