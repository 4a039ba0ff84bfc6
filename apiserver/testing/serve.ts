import { kinds } from "../../apis/kinds.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Auditing } from "../audit/auditing.ts";
import type { AuthenticationSettings } from "../authentication/settings.ts";
import { RBAC } from "../authorization/authorization.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import { Core } from "../core.ts";
import type { FlowControlOptions } from "../flow-control/options.ts";
import { type ApiRequest, type ApiResponse, isStream, lengthOf, piecesOf, type UserInfo } from "../request.ts";

/** Who asks where a test names nobody. */
export const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };

export interface Asked {
  readonly headers?: ApiRequest["headers"];
  /** Sent as JSON; a text and bytes as they stand. */
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

/** A whole server without doors. */
export interface Served {
  readonly core: Core;
  readonly storage: Storage;
  /** Sends a request such as `ask("GET", "/api/v1/namespaces?limit=1")`. */
  ask(method: string, target: string, asked?: Asked): Promise<Answered>;
  /** Sends a GET and gives the answer as it is, to read a stream of it. */
  open(target: string, headers?: ApiRequest["headers"]): Promise<ApiResponse>;
  /** Stops it. Gives what failed unexpectedly in the meantime. */
  close(): Promise<unknown[]>;
}

/** Starts a server for a test, on an empty store in memory unless there is another. Where no role gives a right to somebody, it asks `authorizers`. */
export async function serve({
  authorizers = [],
  storage = new MemoryStorage(),
  cbor = false,
  now = Date.now,
  authentication,
  flowControl,
  auditing,
}: {
  authorizers?: readonly Authorizer[];
  storage?: Storage;
  cbor?: boolean;
  now?: () => number;
  authentication?: AuthenticationSettings;
  flowControl?: FlowControlOptions;
  auditing?: Auditing;
} = {}): Promise<Served> {
  const panics: unknown[] = [];
  const core = new Core({
    storage,
    kinds,
    productVersion: "0",
    serverAddress: "",
    authorizers: [RBAC, ...authorizers.map((authorizer, index) => ({ name: `test-${index}`, authorizer }))],
    cbor,
    now,
    ...(authentication && { authentication }),
    ...(flowControl && { flowControl }),
    auditing,
    onPanic: (error) => panics.push(error),
  });
  await core.start();
  const send = (method: string, target: string, { headers = {}, body, user = ADMIN }: Asked): Promise<ApiResponse> => {
    const [path = "", query = ""] = target.split("?");
    return core.handle({
      method,
      path,
      query,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      connection: { remoteAddress: "", clientCertificate: undefined, trustedUser: user },
      readBody: async () => bytesToSend(body),
    });
  };
  return {
    core,
    storage,
    async ask(method, target, asked = {}) {
      const response = await send(method, target, asked);
      const bytes = await bytesOf(response);
      return { status: response.status, headers: response.headers, bytes, json: () => JSON.parse(bytes.toString()) };
    },
    open: (target, headers = {}) => send("GET", target, { headers }),
    async close() {
      core.close();
      await storage.close();
      return panics;
    },
  };
}

function bytesToSend(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
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
