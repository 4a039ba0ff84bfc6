import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, readBody } from "./connection.ts";
import { type Difference, differences, tell } from "./differences.ts";
import { EventStream } from "./event-stream.ts";
import { Normaliser } from "./normaliser.ts";
import { at, remove } from "./pointer.ts";
import type { EventsStep, RecordedRequest, RequestStep, Scenario, Step } from "./scenario.ts";
import { fill, type Variables } from "./variables.ts";

/** A step whose answer differs from the recorded one. */
export interface Failure {
  readonly step: string;
  readonly found: readonly Difference[];
}

/** Headers that are compared. */
const HEADERS = ["content-type", "warning", "location", "retry-after", "www-authenticate", "allow", "cache-control"];

/** Milliseconds: how long a step waits that says nothing of it, between two questions, and for what is not expected to come. */
const PATIENCE = { until: 10_000, events: 5_000, pause: 50, unexpected: 1_000 };

/**
 * Plays a scenario against a server, and gives the steps whose answers differ. What it makes, it takes away again.
 * @param unexpected steps that are not expected to be answered alike: nobody waits long for them
 */
export async function play(
  scenario: Scenario,
  connection: Connection,
  unexpected: (step: string) => boolean = () => false,
): Promise<Failure[]> {
  const player = new Player(scenario, connection, unexpected);
  await player.prepare();
  try {
    for (const step of scenario.steps) await player.step(step);
  } finally {
    await player.cleanUp();
  }
  return player.failures;
}

/** For people. */
export const report = (name: string, failures: readonly Failure[]): string =>
  [name, ...failures.flatMap(({ step, found }) => [`   ${step}`, tell(found)])].join("\n");

class Player {
  readonly failures: Failure[] = [];
  readonly #scenario: Scenario;
  readonly #connection: Connection;
  readonly #unexpected: (step: string) => boolean;
  readonly #variables: Variables;
  readonly #normaliser: Normaliser;
  readonly #namespaces: readonly string[];
  readonly #watches = new Map<string, EventStream>();

  constructor(scenario: Scenario, connection: Connection, unexpected: (step: string) => boolean) {
    const run = randomBytes(4).toString("hex");
    this.#variables = { ns: `golden-${run}`, run: `r${run}`, ...scenario.variables };
    for (const [name, value] of Object.entries(this.#variables)) this.#variables[name] = fill(value, this.#variables);
    this.#normaliser = new Normaliser(this.#variables);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so scenarios name their variables
    this.#namespaces = fill(scenario.namespaces ?? ["${ns}"], this.#variables);
    this.#scenario = scenario;
    this.#connection = connection;
    this.#unexpected = unexpected;
  }

  async prepare(): Promise<void> {
    for (const name of this.#namespaces) {
      await this.#forget({ method: "POST", path: "/api/v1/namespaces", body: { apiVersion: "v1", kind: "Namespace", metadata: { name } } });
    }
  }

  async cleanUp(): Promise<void> {
    for (const watch of this.#watches.values()) watch.close();
    const namespaces = this.#namespaces.map((name) => `/api/v1/namespaces/${name}`);
    for (const path of [...fill(this.#scenario.cleanup ?? [], this.#variables), ...namespaces])
      await this.#forget({ method: "DELETE", path });
  }

  async step(step: Step): Promise<void> {
    if ("sleep" in step) await sleep(step.sleep);
    else if ("events" in step) await this.#events(step);
    else await this.#exchange(step);
  }

  async #events(step: EventsStep): Promise<void> {
    const watch = this.#watches.get(step.events);
    // a watch that was refused has been told already, and tells nothing
    const events = (await watch?.next(step.count, this.#patience(step, PATIENCE.events))) ?? [];
    const told = events.map((event) => this.#normaliser.value(event));
    this.#judge(step, { events: told, ...(step.count === undefined ? { ended: watch?.ended ?? false } : {}) });
    if (step.stop) watch?.close();
  }

  async #exchange(step: RequestStep): Promise<void> {
    const ask = () => this.#connection.send(fill(step.request, this.#variables));
    let message: IncomingMessage;
    try {
      message = await ask();
    } catch (error) {
      this.#judge(step, { failure: (error as NodeJS.ErrnoException).code ?? (error as Error).message });
      return;
    }
    if (step.watch !== undefined && message.statusCode === 200) {
      this.#watches.set(step.watch, new EventStream(message));
      this.#judge(step, { status: 200, headers: headersOf(message) });
      return;
    }
    let body = bodyOf(message, await readBody(message));
    if (step.until !== undefined) {
      const wanted = Object.entries(fill(step.until, this.#variables));
      const deadline = performance.now() + this.#patience(step, PATIENCE.until);
      const reached = () =>
        wanted.every(([where, value]) => (where === "status" ? message.statusCode === value : Object.is(at(body, where) ?? null, value)));
      while (!reached() && performance.now() < deadline) {
        await sleep(PATIENCE.pause);
        message = await ask();
        body = bodyOf(message, await readBody(message));
      }
    }
    for (const [name, where] of Object.entries(step.save ?? {})) this.#variables[name] = at(body, fill(where, this.#variables));
    const kept = step.pick ? Object.fromEntries(step.pick.map((where) => [where, at(body, fill(where, this.#variables)) ?? null])) : body;
    this.#judge(step, {
      status: message.statusCode,
      headers: this.#normaliser.value(headersOf(message)),
      ...(kept === undefined ? {} : { body: this.#normaliser.value(kept) }),
    });
  }

  #patience({ do: what, patience }: RequestStep | EventsStep, usual: number): number {
    const wanted = patience ?? usual;
    return this.#unexpected(what) ? Math.min(wanted, PATIENCE.unexpected) : wanted;
  }

  #judge(step: RequestStep | EventsStep, answer: object): void {
    const expected = structuredClone(step.response);
    const actual = structuredClone(answer);
    for (const where of step.ignore ?? []) {
      remove(expected, where);
      remove(actual, where);
    }
    const found = differences(expected, actual, step.compare ?? "exact");
    if (found.length > 0) this.failures.push({ step: step.do, found });
  }

  /** Sends what nobody compares. */
  async #forget(request: RecordedRequest): Promise<void> {
    await readBody(await this.#connection.send(request)).catch(() => {});
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, unknown> {
  return Object.fromEntries(HEADERS.filter((name) => headers[name] !== undefined).map((name) => [name, headers[name]]));
}

function bodyOf({ headers }: IncomingMessage, bytes: Buffer): unknown {
  const type = headers["content-type"] ?? "";
  if (bytes.length === 0) return undefined;
  if (!/json/.test(type)) return /protobuf|cbor|octet-stream/.test(type) ? { "<bytes>": true } : bytes.toString();
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return { "<unparsable>": bytes.toString().slice(0, 300) };
  }
}
