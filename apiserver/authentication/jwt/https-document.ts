import * as https from "node:https";
import type { Deadline } from "../../../client/deadline.ts";

/** How to reach who is asked. */
export interface HttpsOptions {
  readonly agent: https.Agent;
  /** For all of it, redirects included. */
  readonly deadline: Deadline;
}

/** More than any issuer says of itself and its keys, in bytes. */
const LONGEST = 1 << 20;

const MOST_REDIRECTS = 5;

/**
 * Gets a JSON document. Redirects are followed, to nothing but HTTPS.
 * @throws Error in the words of people who look after issuers
 */
export async function httpsDocument(url: string, options: HttpsOptions): Promise<unknown> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    if (!URL.canParse(at) || new URL(at).protocol !== "https:") throw new Error(`${JSON.stringify(at)} is no address with https`);
    const { status, location, text } = await exchange(at, options);
    if (status === 200) return parsed(at, text);
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
      throw new Error(`Get ${JSON.stringify(at)}: answered with ${status}`);
    if (!URL.canParse(location, at)) throw new Error(`Get ${JSON.stringify(at)}: leads to no address`);
    at = new URL(location, at).href;
  }
  throw new Error(`Get ${JSON.stringify(url)}: stopped after ${MOST_REDIRECTS} redirects`);
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

function exchange(url: string, { agent, deadline }: HttpsOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      const why = deadline.passed ? "no answer within the time for it" : error.message;
      reject(new Error(`Get ${JSON.stringify(url)}: ${why}`));
    };
    const request = https.get(url, {
      agent,
      signal: deadline.signal,
      headers: { accept: "application/json", "user-agent": "datum-apiserver" },
    });
    request.on("error", failed);
    request.on("response", (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on("error", failed);
      response.on("data", (piece: Buffer) => {
        length += piece.length;
        pieces.push(piece);
        if (length > LONGEST) request.destroy(new Error(`the answer is longer than ${LONGEST} bytes`));
      });
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, location: headers.location, text: Buffer.concat(pieces).toString() });
      });
    });
  });
}

function parsed(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Get ${JSON.stringify(url)}: the answer is no JSON`);
  }
}
