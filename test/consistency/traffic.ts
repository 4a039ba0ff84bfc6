import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Connection } from "./clients.ts";
import { COLLECTION, writtenIn } from "./clients.ts";
import type { Attempt } from "./history.ts";
import type { Effect, Operation } from "./linearizability.ts";

/** What many clients did to the same few objects at once. */
export interface Traffic {
  /** By the object's name. */
  readonly operations: ReadonlyMap<string, readonly Operation[]>;
  readonly attempts: readonly Attempt[];
}

export interface TrafficOptions {
  /** Each client uses one of these, in turn. */
  readonly connections: readonly Connection[];
  readonly clients: number;
  readonly keys: readonly string[];
  /** Operations of each client. */
  readonly operations: number;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
}

interface Seen {
  readonly value: string;
  readonly revision: string;
}

/** Reads, creates, updates and removes objects from many clients at once, and writes down what each of them saw, and when. */
export async function traffic(options: TrafficOptions): Promise<Traffic> {
  const { connections, clients, keys, random } = options;
  const operations = new Map<string, Operation[]>(keys.map((key) => [key, []]));
  const attempts: Attempt[] = [];

  const client = async (id: number) => {
    const connection = connections[id % connections.length]!;
    const known = new Map<string, Seen | undefined>();
    for (let n = 0; n < options.operations; n++) {
      const key = keys[Math.floor(random() * keys.length)]!;
      const seen = known.get(key);
      const pick = random();
      const step =
        pick < 0.4
          ? read(key)
          : seen === undefined
            ? create(key, `${id}-${n}`)
            : pick < 0.85
              ? update(key, seen, `${id}-${n}`)
              : remove(key, seen);
      const call = performance.now();
      let answer: Answer | undefined;
      try {
        answer = await step.send(connection);
      } catch {
        // no answer
      }
      const outcome = step.judge(answer);
      operations
        .get(key)
        ?.push({ call, return: outcome.effect.did === "perhaps" ? Number.POSITIVE_INFINITY : performance.now(), effect: outcome.effect });
      if (outcome.attempt !== undefined) attempts.push(outcome.attempt);
      // where nothing works it makes no sense to hurry
      if (outcome.effect.did === "perhaps") await sleep(50);
      // who was refused looks again before it writes
      known.set(key, outcome.seen);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, id) => client(id)));
  return { operations, attempts };
}

interface Step {
  send(connection: Connection): Promise<Answer>;
  judge(answer: Answer | undefined): { readonly effect: Effect; readonly attempt?: Attempt; readonly seen?: Seen };
}

const seenIn = (answer: Answer): Seen => ({ value: writtenIn(answer.body), revision: answer.body.metadata.resourceVersion });

const unexpected = (what: string, answer: Answer) => new Error(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);

function read(key: string): Step {
  return {
    send: (connection) => connection.send("GET", `${COLLECTION}/${key}`),
    judge(answer) {
      if (answer === undefined || answer.status >= 500) return { effect: { did: "perhaps", from: undefined, to: undefined } };
      if (answer.status === 404) return { effect: { did: "read", value: undefined } };
      if (answer.status !== 200) throw unexpected(`read ${key}`, answer);
      const seen = seenIn(answer);
      return { effect: { did: "read", value: seen.value }, seen };
    },
  };
}

/** A write from one state to another; a server that could not tell its outcome leaves both possible. */
function write(
  attempt: Omit<Attempt, "outcome">,
  from: string | undefined,
  to: string | undefined,
  send: Step["send"],
  refusals: readonly number[],
): Step {
  return {
    send,
    judge(answer) {
      if (answer === undefined || answer.status >= 500) {
        return { effect: { did: "perhaps", from, to }, attempt: { ...attempt, outcome: "unknown" } };
      }
      if (refusals.includes(answer.status)) return { effect: { did: "refuse", from }, attempt: { ...attempt, outcome: "refused" } };
      if (answer.status >= 300) throw unexpected(`${attempt.type} ${attempt.key}`, answer);
      const seen = to === undefined ? undefined : seenIn(answer);
      return {
        effect: { did: "write", from, to },
        attempt: { ...attempt, outcome: "acknowledged", ...(seen && { revision: Number(seen.revision) }) },
        ...(seen && { seen }),
      };
    },
  };
}

const create = (key: string, value: string): Step =>
  write(
    { key, type: "ADDED", value },
    undefined,
    value,
    (connection) => connection.send("POST", COLLECTION, { metadata: { name: key }, data: { value, length: "0" } }),
    [409],
  );

const update = (key: string, seen: Seen, value: string): Step =>
  write(
    { key, type: "MODIFIED", value },
    seen.value,
    value,
    (connection) =>
      connection.send("PUT", `${COLLECTION}/${key}`, {
        metadata: { name: key, resourceVersion: seen.revision },
        data: { value, length: "0" },
      }),
    [404, 409],
  );

const remove = (key: string, seen: Seen): Step =>
  write(
    { key, type: "DELETED", value: seen.value },
    seen.value,
    undefined,
    (connection) => connection.send("DELETE", `${COLLECTION}/${key}`, { preconditions: { resourceVersion: seen.revision } }),
    [404, 409],
  );
