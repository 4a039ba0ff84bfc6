import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, mark, readAll, Watcher } from "./clients.ts";
import { type Effect, isLinearizable } from "./linearizability.ts";
import { traffic } from "./traffic.ts";
import { differing, disorder, impossible, unfaithful, unreliable } from "./watches.ts";

export interface PlayOptions {
  /** To all servers; the first one is asked what there is at last. */
  readonly connections: readonly Connection[];
  /** No other play may have used it. */
  readonly name: string;
  readonly clients: number;
  /** Operations of each client. */
  readonly operations: number;
  readonly random: () => number;
  /** What goes wrong in the meantime. Everything has to be well again when it is done. */
  readonly disturb?: () => Promise<void>;
}

export interface PlayReport {
  /** Broken promises. */
  readonly violations: readonly string[];
  /** How many operations came to what. */
  readonly outcomes: Readonly<Record<Effect["did"], number>>;
}

/** Objects that the clients share: few, so that they stand in one another's way. */
const KEYS = 5;

/**
 * Lets many clients read and write a few objects while watches on every connection follow, from the beginning and from the middle; and judges
 * what all of them saw: one history for each object, and watches that tell it whole and in order.
 */
export async function play(options: PlayOptions): Promise<PlayReport> {
  const { connections, name, clients, random } = options;
  const [first] = connections as [Connection];
  const start = await readAll(first);
  const follow = (from: number) => {
    const watchers = connections.map(() => new Watcher(from));
    return { watchers, done: Promise.all(watchers.map((watcher, index) => watcher.run(connections[index] as Connection))) };
  };
  const early = follow(start.revision);
  const keys = Array.from({ length: KEYS }, (_, index) => `${name}-${index}`);
  const [{ operations, attempts }] = await Promise.all([
    traffic({ connections, clients, keys, operations: options.operations, random }),
    options.disturb?.(),
  ]);
  // whoever resumes in the middle is told the rest
  const seen = (early.watchers[0] as Watcher).events;
  const late = follow(seen[Math.floor(seen.length / 2)]?.revision ?? start.revision);

  const marks = await mark(first, `${name}-end`);
  const marked = marks.at(-1)?.revision ?? 0;
  const read = await readAll(first);
  const watchers = [...early.watchers, ...late.watchers];
  for (const watcher of watchers) watcher.until(marked);
  // a watch that has not come so far by then will not
  await Promise.race([Promise.all([early.done, late.done]), sleep(30_000, undefined, { ref: false })]);

  const reference = (early.watchers[0] as Watcher).events;
  const violations = [
    ...keys.flatMap((key) => (isLinearizable(operations.get(key) ?? []) ? [] : [`what clients saw of ${key} is no one history`])),
    ...disorder(reference),
    ...impossible(start.state, reference),
    ...unfaithful([...attempts, ...marks], reference),
    ...differing(start.state, reference, read.state),
    ...watchers.flatMap((watcher) => [...watcher.errors, ...unreliable(watcher, reference)]),
    ...watchers.flatMap(({ events }) =>
      events.at(-1)?.revision === marked ? [] : [`a watch ended at ${events.at(-1)?.revision} of ${marked}`],
    ),
  ];
  const outcomes = { read: 0, write: 0, refuse: 0, perhaps: 0 };
  for (const { effect } of [...operations.values()].flat()) outcomes[effect.did]++;
  return { violations, outcomes };
}
