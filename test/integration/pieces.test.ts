import { once } from "node:events";
import * as http2 from "node:http2";
import * as https from "node:https";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pieces } from "../../apiserver/request.ts";
import { TestDoor } from "../tools/door.ts";

const PIECE = 128 * 1024;
const COUNT = 150;

let under: TestDoor;
let body: Pieces;
let credentials: { key: string; cert: string; ca: string };
const errors: unknown[] = [];

beforeAll(async () => {
  under = await TestDoor.open(pino({ level: "error" }, { write: (line) => void errors.push(line) }));
  under.handle = async () => ({ status: 200, headers: {}, body });
  const { key, certificate } = await under.authority.client({ commonName: "someone", organizations: [] });
  credentials = { key, cert: certificate, ca: under.authority.certificate };
});
afterAll(() => under.door.close());

interface Asked {
  readonly stream: Readable;
  leave(): void;
}

async function ask(protocol: string): Promise<Asked> {
  const origin = `https://127.0.0.1:${under.door.port}`;
  if (protocol === "HTTP/1.1") {
    const request = https.get(origin, { ...credentials, agent: false });
    const [stream] = await once(request, "response");
    return { stream, leave: () => request.destroy() };
  }
  const session = http2.connect(origin, credentials);
  const stream = session.request({ ":path": "/" });
  await once(stream, "response");
  return { stream, leave: () => session.destroy() };
}

/** Pieces of one letter each; `release` spoils what is given back. */
class Letters implements Pieces {
  readonly length?: number;
  readonly pieces: Iterable<Uint8Array>;
  made = 0;
  released = 0;
  ended = false;

  constructor({ told = true, failing = false } = {}) {
    if (told) this.length = COUNT * PIECE;
    this.pieces = this.#make(failing);
  }

  *#make(failing: boolean) {
    try {
      for (; this.made < COUNT; this.made++) {
        if (failing && this.made === COUNT / 2) throw new Error("no more of it");
        yield Buffer.alloc(PIECE, 65 + (this.made % 26));
      }
    } finally {
      this.ended = true;
    }
  }

  release(piece: Uint8Array): void {
    this.released++;
    piece.fill(0);
  }
}

const expected = () => Buffer.concat(Array.from({ length: COUNT }, (_, index) => Buffer.alloc(PIECE, 65 + (index % 26))));

describe.each(["HTTP/1.1", "HTTP/2"])("an answer in pieces over %s", (protocol) => {
  it.each([true, false])("comes whole to a reader who is slow, its length told beforehand or not: %s", async (told) => {
    const letters = new Letters({ told });
    body = letters;
    const { stream, leave } = await ask(protocol);
    await sleep(100);
    // nothing is made that nobody takes
    expect(letters.made).toBeLessThan(COUNT / 2);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      if (chunks.length % 32 === 0) await sleep(1);
    }
    expect(Buffer.concat(chunks).equals(expected())).toBe(true);
    expect(letters.released).toBeGreaterThan(COUNT / 2);
    leave();
  });

  it("is cut off where it fails", async () => {
    body = new Letters({ told: false, failing: true });
    const { stream, leave } = await ask(protocol);
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow();
    expect(errors.splice(0).join()).toContain("no more of it");
    leave();
  });

  it("ends when the peer leaves", async () => {
    const letters = new Letters();
    body = letters;
    const { stream, leave } = await ask(protocol);
    stream.on("error", () => {});
    leave();
    await expect.poll(() => letters.ended).toBe(true);
    expect(letters.made).toBeLessThan(COUNT);
    expect(errors).toEqual([]);
  });
});
