import { type Eventual, whenThere } from "../eventual.ts";
import type { RequestContext } from "../filters/context.ts";
import { textResponse } from "../filters/responses.ts";
import type { Registry } from "../registry/registry.ts";
import type { ApiResponse } from "../request.ts";
import { Configuration } from "./configuration.ts";
import { Lending } from "./lending.ts";
import type { Schema } from "./level.ts";
import { pacedBody } from "./paced-body.ts";
import type { Rejection } from "./queue-set.ts";
import { Turns } from "./turns.ts";
import { seatsOf, workOfEvent } from "./work.ts";

/** What lets requests through, one after the other where there are too many. */
export interface FlowControl {
  /**
   * Goes on with a request: at once, when its flow has its turn, or never.
   * @param deadline the milliseconds that the request has; undefined for those that run long
   */
  serve(context: RequestContext, deadline: number | undefined, next: () => Eventual<ApiResponse>): Eventual<ApiResponse>;
}

export interface PriorityAndFairnessOptions {
  readonly registry: Registry;
  readonly controlPlane: string;
  /** How many seats all levels have together. */
  readonly seats: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of what cannot be read; it is read again. */
  readonly onProblem: (error: unknown) => void;
}

/** How long a request waits for a seat at most, and how long one that runs long does, in milliseconds. */
const LONGEST_WAIT = 60_000;
const LONG_RUNNING_WAIT = 15_000;

/** The answer to a request that has to come again. */
export const tooManyRequests = (seconds: number): ApiResponse =>
  textResponse(429, "Too many requests, please try again later.\n", { "retry-after": String(seconds) });

/**
 * API priority and fairness (k8s.io/apiserver, pkg/server/filters/priority-and-fairness.go; reference 2.13): a request belongs to a flow, by the
 * flow schema that matches it, and takes seats of its priority level, or waits for them in fair queues. A seat is held until the answer is
 * there; of a watch or a long list until it begins. What is heavy for the event loop is done when its flow has its turn ({@link Turns}).
 *
 * Who asks inside of this process, and who is exempt, waits for nobody.
 */
export class PriorityAndFairness implements FlowControl {
  readonly configuration: Configuration;
  readonly #registry: Registry;
  readonly #turns = new Turns();
  readonly #lending: Lending;

  constructor({ registry, controlPlane, seats, now, onProblem }: PriorityAndFairnessOptions) {
    this.#registry = registry;
    this.configuration = new Configuration(registry, controlPlane, seats, now, onProblem);
    this.#lending = new Lending(() => this.configuration.levels);
  }

  start(): Promise<void> {
    return this.configuration.start();
  }

  close(): void {
    this.configuration.close();
    this.#lending.close();
  }

  serve(context: RequestContext, deadline: number | undefined, next: () => Eventual<ApiResponse>): Eventual<ApiResponse> {
    if (context.request.connection.trustedUser !== undefined) return next();
    const schema = this.configuration.classifier.schemaOf(context.user, context.info);
    const { level, counts } = schema;
    context.flow = schema;
    if (level.exempt) {
      counts.dispatched++;
      return next();
    }
    const { queues } = level;
    const seats = seatsOf(this.#registry, context, level.limits.widest);
    if (queues.take(seats)) return this.#run(context, schema, seats, undefined, next);
    const flow = schema.flowOf(context.user, context.info);
    const patience = deadline === undefined ? LONG_RUNNING_WAIT : Math.min(deadline / 4, LONGEST_WAIT);
    const turn = queues.enqueue(seats, schema.handOf(flow), patience);
    if (!(turn instanceof Promise)) return reject(schema, turn);
    counts.waiting++;
    level.note();
    this.#lending.wake();
    return turn.then((queue) => {
      counts.waiting--;
      if (typeof queue === "number" && context.request.gone !== true) return this.#run(context, schema, seats, queue, next);
      if (typeof queue === "number") queues.release(seats, 0, queue);
      level.note();
      return reject(schema, typeof queue === "number" ? "cancelled" : queue);
    });
  }

  /** Goes on with a request that has its seats, and gives them back. */
  #run(
    context: RequestContext,
    schema: Schema,
    seats: number,
    queue: number | undefined,
    next: () => Eventual<ApiResponse>,
  ): Eventual<ApiResponse> {
    const { level, counts } = schema;
    const { verb } = context.info;
    const reads = verb === "get" || verb === "watch";
    let flow = "";
    let result: Eventual<ApiResponse>;
    counts.dispatched++;
    try {
      if (reads) result = next();
      else {
        flow = schema.flowOf(context.user, context.info);
        context.turn = () => this.#turns.wait(flow);
        // what brings a body waits for its turn when the body is there
        result = verb === "list" ? whenThere(context.turn(), next) : next();
      }
    } catch (error) {
      level.queues.release(seats, 0, queue);
      throw error;
    }
    if (!(result instanceof Promise)) {
      level.queues.release(seats, 0, queue);
      return reads ? result : this.#paced(result, flow);
    }
    const began = performance.now();
    counts.executing++;
    level.note();
    this.#lending.wake();
    const done = () => {
      counts.executing--;
      level.queues.release(seats, performance.now() - began, queue);
      level.note();
    };
    return result.then(
      (response) => {
        const work = reads || verb === "list" ? undefined : workOfEvent(this.#registry, context, level.limits.widest);
        if (work === undefined) done();
        else setTimeout(done, work.ms);
        return reads ? response : this.#paced(response, flow);
      },
      (error) => {
        done();
        throw error;
      },
    );
  }

  #paced(response: ApiResponse, flow: string): ApiResponse {
    const { body } = response;
    return "pieces" in body ? { ...response, body: pacedBody(body, this.#turns, flow) } : response;
  }
}

function reject({ level, counts }: Schema, rejection: Rejection): ApiResponse {
  counts.rejected[rejection]++;
  return tooManyRequests(level.retryAfter.reject());
}
