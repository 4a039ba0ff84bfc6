import * as http from "node:http";
import * as https from "node:https";
import { DecodeError } from "../apimachinery/json/decode-error.ts";
import { parseJson } from "../apimachinery/json/parse.ts";
import { isJsonObject, type JsonObject } from "../apimachinery/json/value.ts";
import { formatDuration } from "../apimachinery/time/duration.ts";
import { type Backoff, withBackoff } from "./backoff.ts";
import { Deadline } from "./deadline.ts";
import type { ServerAccess } from "./kubeconfig.ts";
import { answerError, transportError, WebhookError } from "./webhook-error.ts";

/** How much of an answer is taken in, as of the body of a request. */
const LONGEST_ANSWER = 3 << 20;

export interface WebhookOptions {
  /** For one attempt, answer included, in ms. */
  readonly timeout: number;
  readonly backoff: Backoff;
}

/**
 * A program elsewhere that is asked in HTTP: a document is posted to its address and a document comes back
 * (k8s.io/apiserver, pkg/util/webhook; k8s.io/client-go, rest/request.go). Connections are kept for the next question.
 */
export class Webhook {
  readonly #access: ServerAccess;
  readonly #options: WebhookOptions;
  readonly #agent: http.Agent;
  readonly #closing = new AbortController();
  /** Questions under way. */
  #asked = 0;
  #retired = false;

  constructor(access: ServerAccess, options: WebhookOptions) {
    this.#access = access;
    this.#options = options;
    const agent = { keepAlive: true, maxFreeSockets: 16 };
    this.#agent = access.url.protocol === "https:" ? new https.Agent({ ...agent, ...access.tls }) : new http.Agent(agent);
  }

  /**
   * Asks, and again after a while where that may help.
   * @throws WebhookError
   */
  async ask(question: object): Promise<JsonObject> {
    const body = Buffer.from(`${JSON.stringify(question)}\n`);
    const attempt = async () => {
      const { bytes, status, type } = await this.#post(body);
      return documentIn(bytes, status, type);
    };
    return this.#counted(() => withBackoff(this.#options.backoff, this.#closing.signal, attempt));
  }

  /**
   * Tells something in JSON that needs no answer, and again after a while whatever went wrong.
   * @throws WebhookError
   */
  async tell(body: Buffer): Promise<void> {
    await this.#counted(() =>
      withBackoff(
        this.#options.backoff,
        this.#closing.signal,
        () => this.#post(body),
        () => true,
      ),
    );
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#asked++;
    try {
      return await work();
    } finally {
      this.#asked--;
      if (this.#retired) this.retire();
    }
  }

  /** Closes when the questions under way are answered: nobody asks any more. */
  retire(): void {
    this.#retired = true;
    if (this.#asked === 0) this.close();
  }

  /** Gives up the questions under way. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  async #post(body: Buffer): Promise<Answer> {
    const { timeout } = this.#options;
    const url = new URL(this.#access.url);
    url.searchParams.set("timeout", formatDuration(timeout));
    const authorization = await this.#access.authorization().catch((error: Error) => {
      throw new WebhookError(error.message);
    });
    const headers = {
      accept: "application/json, */*",
      "content-type": "application/json",
      "content-length": body.length,
      "user-agent": "datum-apiserver",
      ...(authorization !== undefined && { authorization }),
    };
    const answer = await this.#exchange(url, headers, body);
    const { status, type, bytes, retryAfter } = answer;
    if (status < 200 || status > 206) throw answerError(status, type, bytes, retryAfter);
    return answer;
  }

  /** One attempt. A connection that was kept may have been closed at the other end meanwhile: then it is made once more. */
  #exchange(url: URL, headers: http.OutgoingHttpHeaders, body: Buffer, again = true): Promise<Answer> {
    const deadline = new Deadline(this.#options.timeout, this.#closing.signal);
    const { signal } = deadline;
    const { request: send } = url.protocol === "https:" ? https : http;
    const answer = new Promise<Answer>((resolve, reject) => {
      const request = send(url, { method: "POST", agent: this.#agent, headers, signal });
      let answered = false;
      const failed = (error: NodeJS.ErrnoException) => {
        if (again && request.reusedSocket && !answered && error.code === "ECONNRESET") resolve(this.#exchange(url, headers, body, false));
        else reject(transportError(url, error, deadline.passed ? (answered ? "body" : "headers") : undefined));
      };
      request.on("error", failed);
      request.on("response", (response) => {
        answered = true;
        response.on("error", failed);
        read(response).then(
          (bytes) => resolve({ ...headOf(response), bytes }),
          (error) => {
            request.destroy();
            failed(error);
          },
        );
      });
      request.end(body);
    });
    return answer.finally(() => deadline.end());
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  /** Seconds, as the answer asks for. */
  readonly retryAfter: number | undefined;
  readonly bytes: Buffer;
}

function headOf({ statusCode = 0, headers }: http.IncomingMessage): Omit<Answer, "bytes"> {
  const { "retry-after": wait = "" } = headers;
  return { status: statusCode, type: headers["content-type"] ?? "", retryAfter: /^\d{1,4}$/.test(wait) ? Number(wait) : undefined };
}

async function read(response: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > LONGEST_ANSWER) throw new Error(`the answer is longer than ${LONGEST_ANSWER} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function documentIn(bytes: Buffer, status: number, type: string): JsonObject {
  if (bytes.length === 0) throw new WebhookError(`0-length response with status code: ${status} and content type: ${type}`);
  let document: unknown;
  try {
    document = parseJson(bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw new WebhookError(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
  if (!isJsonObject(document as JsonObject)) throw new WebhookError("couldn't get version/kind; json parse error: not an object");
  return document as JsonObject;
}
