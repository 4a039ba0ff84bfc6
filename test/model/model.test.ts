import { afterEach, beforeEach, expect, it } from "vitest";
import { random } from "../tools/random.ts";
import { Conversation } from "./conversation.ts";
import { type Request, randomRequest } from "./request.ts";

/**
 * How many requests, and which. `MODEL_REQUESTS=1000000 npx vitest run --project unit test/model` asks a million, `MODEL_SEED` the same again.
 */
const REQUESTS = Number(process.env.MODEL_REQUESTS ?? 3_000);
const SEED = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 1e9));

/** A failure is easier to read if not too much came before it. */
const ROUND = 1_000;

let conversation: Conversation;
beforeEach(async () => {
  conversation = await Conversation.open();
});
afterEach(async () => {
  expect(await conversation.close()).toEqual([]);
});

it.each(rounds())("answers %i requests of seed %i as the model says", async (requests, seed) => {
  const below = random(seed);
  const asked: string[] = [];
  for (let i = 0; i < requests; i++) {
    const request = randomRequest(below);
    const difference = await conversation.ask(request);
    asked.push(print(request));
    if (difference !== undefined) expect.fail(`request ${i} of seed ${seed}: ${difference}\n${asked.slice(-10).join("\n")}`);
  }
});

function rounds(): [requests: number, seed: number][] {
  const all: [number, number][] = [];
  for (let done = 0; done < REQUESTS; done += ROUND) all.push([Math.min(ROUND, REQUESTS - done), SEED + all.length]);
  return all;
}

const print = ({ fields, ...request }: Request): string => JSON.stringify({ ...request, fields: Object.fromEntries(fields) });
