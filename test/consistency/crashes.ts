import { setTimeout as sleep } from "node:timers/promises";
import { Connection, mark, prepare, readAll, Watcher, Writer } from "./clients.ts";
import type { Attempt, Event, State } from "./history.ts";
import { differing, disorder, impossible, unfaithful, unreliable } from "./watches.ts";

/** A server that can be killed and started again over the same data. */
export interface Victim {
  /** Resolves when it serves. */
  start(): Promise<Served>;
  /** The same on a disk that fails or is slow; if given, clients work with this one, and only what is left is looked at without. */
  startOnBadDisk?(): Promise<Served>;
  /** Ends it at once, with nothing flushed that is not. */
  kill(): Promise<void>;
}

interface Served {
  readonly url: string;
  readonly kubeconfigPath: string;
}

export interface CrashOptions {
  readonly rounds: number;
  readonly writers?: number;
  readonly watchers?: number;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** The longest that a round writes before the server is killed, in milliseconds. */
  readonly longest?: number;
}

export interface CrashReport {
  /** Broken promises. */
  readonly violations: readonly string[];
  readonly acknowledged: number;
  /** Writes that the server said it could not store. */
  readonly refused: number;
  /** Writes under way when the server was killed. */
  readonly unanswered: number;
  readonly told: number;
}

/**
 * Kills a server again and again while clients write and watch, and compares what it has after each new start with what the clients saw
 * before: every acknowledged write is there once, no half write, nothing that was refused; watches told nothing that is not there; revisions
 * go on. What the new server tells of the time before comes from its history on disk.
 */
export async function crash(victim: Victim, options: CrashOptions): Promise<CrashReport> {
  const { rounds, writers = 12, watchers = 3, random, longest = 150 } = options;
  const report = { violations: [] as string[], acknowledged: 0, refused: 0, unanswered: 0, told: 0 };
  let connection = await Connection.open(await victim.start());
  await prepare(connection);
  for (let round = 0; round < rounds && report.violations.length === 0; round++) {
    if (victim.startOnBadDisk !== undefined) {
      await victim.kill();
      connection.close();
      connection = await Connection.open(await victim.startOnBadDisk());
    }
    const start = await readAll(connection);
    const writing = Array.from({ length: writers }, (_, index) => new Writer(`key-${index}`, random));
    const watching = Array.from({ length: watchers }, () => new Watcher(start.revision));
    const line = connection;
    const work = Promise.all([...writing.map((one) => one.run(line, start.state)), ...watching.map((one) => one.run(line))]);
    // however slow the machine, work is under way: at least one write for each writer has been tried and answered
    let over = false;
    void work.catch(() => undefined).then(() => (over = true));
    while (!over && writing.some(({ attempts }) => attempts.length === 0)) await sleep(2);
    await sleep(random() * longest);
    await victim.kill();
    await work;
    line.close();

    connection = await Connection.open(await victim.start());
    const end = await readAll(connection);
    const marks = await mark(connection, `mark-${round}-${Date.now()}`);
    const marked = marks.at(-1)?.revision ?? 0;
    const replay = new Watcher(start.revision);
    const replaying = replay.run(connection);
    replay.until(marked);
    await replaying;

    const attempts = writing.flatMap((one) => one.attempts);
    const violations = [
      ...replay.errors,
      ...judge(start.state, [...attempts, ...marks], replay.events),
      ...watching.flatMap((one) => [...one.errors, ...unreliable(one, replay.events)]),
      ...differing(start.state, replay.events.slice(0, -1), end.state),
      ...backwards(end.revision, attempts, watching),
    ];
    report.violations.push(...violations.map((violation) => `round ${round}: ${violation}`));
    const count = (wanted: Attempt["outcome"]) => attempts.filter(({ outcome }) => outcome === wanted).length;
    report.acknowledged += count("acknowledged");
    report.refused += count("refused");
    report.unanswered += count("unknown");
    report.told += watching.reduce((sum, { events }) => sum + events.length, 0);
  }
  connection.close();
  return report;
}

const judge = (start: State, attempts: readonly Attempt[], events: readonly Event[]): string[] => [
  ...disorder(events),
  ...impossible(start, events),
  ...unfaithful(attempts, events),
];

/** The newest revision is never less than one that anybody has seen. */
function backwards(revision: number, attempts: readonly Attempt[], watching: readonly Watcher[]): string[] {
  const seen = [...attempts.map((attempt) => attempt.revision ?? 0), ...watching.map(({ events }) => events.at(-1)?.revision ?? 0)];
  const newest = Math.max(...seen);
  return newest > revision ? [`the store is at ${revision} and was at ${newest}`] : [];
}
