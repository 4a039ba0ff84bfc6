import type { FlowSchemaSpec } from "../../apis/flowcontrol/v1/flow-schema.ts";
import type { PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import type { UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import { dealHand } from "./dealer.ts";
import { type Limits, SeatDemand } from "./limits.ts";
import { QueueSet, type Queuing, type Rejection } from "./queue-set.ts";
import { RetryAfter } from "./retry-after.ts";

/** A priority level at work. It outlives changes of its configuration. */
export class Level {
  readonly name: string;
  uid = "";
  exempt = false;
  limits: Limits = { nominal: 0, least: 0, most: 0, initial: 0, widest: 1 };
  readonly queues = new QueueSet(0, undefined);
  readonly demand: SeatDemand;
  readonly retryAfter: RetryAfter;

  constructor(name: string, now: () => number) {
    this.name = name;
    this.demand = new SeatDemand(now);
    this.retryAfter = new RetryAfter(now);
  }

  /** Takes its configuration; a new level, or one that has other limits, starts with what these say. */
  configure(uid: string, spec: PriorityLevelSpec, limits: Limits): void {
    const before = this.limits;
    this.uid = uid;
    this.exempt = spec.type === "Exempt";
    this.limits = limits;
    const same = before.nominal === limits.nominal && before.least === limits.least && before.most === limits.most;
    this.queues.configure(same ? this.queues.limit : limits.initial, queuingOf(spec));
  }

  /** Tells the demand of seats: those that are taken and those that are waited for. */
  note(): void {
    this.demand.set(this.queues.inUse + this.queues.seatsWaiting);
  }
}

function queuingOf({ limited }: PriorityLevelSpec): Queuing | undefined {
  const { type, queuing } = limited?.limitResponse ?? {};
  if (type !== "Queue" || queuing === undefined) return undefined;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = queuing;
  return { queues, handSize, queueLengthLimit };
}

/** What is counted of the requests of a schema on a level, for whoever asks. */
export class Counts {
  dispatched = 0;
  executing = 0;
  waiting = 0;
  readonly rejected: Record<Rejection, number> = { "concurrency-limit": 0, "queue-full": 0, "time-out": 0, cancelled: 0 };
}

/** Flows whose hands are remembered. */
const REMEMBERED = 10_000;

/** A flow schema at work. */
export class Schema {
  readonly name: string;
  readonly uid: string;
  readonly spec: FlowSchemaSpec;
  readonly level: Level;
  readonly counts: Counts;
  readonly #by: string | undefined;
  readonly #hands = new Map<string, readonly number[]>();

  constructor(name: string, uid: string, spec: FlowSchemaSpec, level: Level, counts: Counts) {
    this.name = name;
    this.uid = uid;
    this.spec = spec;
    this.level = level;
    this.counts = counts;
    this.#by = spec.distinguisherMethod?.type;
  }

  /** The flow that a request is part of. */
  flowOf({ name }: UserInfo, { namespace }: RequestInfo): string {
    const distinguisher = this.#by === "ByUser" ? name : this.#by === "ByNamespace" ? namespace : "";
    return `${this.name}\0${distinguisher}`;
  }

  /** The queues in which a flow waits. */
  handOf(flow: string): readonly number[] {
    let hand = this.#hands.get(flow);
    if (hand === undefined) {
      const { queues = 1, handSize = 1 } = this.level.queues.queuing ?? {};
      hand = dealHand(flow, queues, handSize);
      if (this.#hands.size >= REMEMBERED) this.#hands.clear();
      this.#hands.set(flow, hand);
    }
    return hand;
  }
}
