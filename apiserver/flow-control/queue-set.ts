/** How a level keeps requests waiting; without queues it rejects them. */
export interface Queuing {
  readonly queues: number;
  readonly handSize: number;
  /** Requests in one queue. */
  readonly queueLengthLimit: number;
}

/** Why a request is rejected (the label of kube-apiserver's metric). */
export type Rejection = "concurrency-limit" | "queue-full" | "time-out" | "cancelled";

interface Waiting {
  readonly seats: number;
  readonly decide: (rejection: Rejection | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

/** One queue. `next` is the virtual time at which its first request starts. */
class Queue {
  readonly index: number;
  readonly waiting: Waiting[] = [];
  next = 0;
  executing = 0;
  seatsInUse = 0;

  constructor(index: number) {
    this.index = index;
  }
}

/** What a queue tells of itself. */
export interface QueueState {
  readonly index: number;
  readonly waiting: number;
  readonly executing: number;
  readonly seatsInUse: number;
  readonly seatsWaiting: number;
  /** Of virtual time, in seats times milliseconds. */
  readonly next: number;
}

/** What a request is taken to last before it is known, in milliseconds. */
export const EXPECTED_MS = 3;

/**
 * The seats of a priority level, and the queues for those who find none: start-time fair queueing, in which a queue pays for what its requests
 * take, seats times milliseconds. With two seats, each request taking one of them for as long as expected:
 *
 *     flow a sends six requests      two run, a waits 4    a starts at 0, 3, 6, 9 of virtual time
 *     flow b sends one               a waits 4, b 1        b starts at 0 too
 *     a request ends                 a is next, then b: b waited for one request of a's, not for all six
 *
 * (k8s.io/apiserver, pkg/util/flowcontrol/fairqueuing; there the virtual time is measured in another way, to the same end.)
 */
export class QueueSet {
  /** Seats that may be taken. */
  limit: number;
  inUse = 0;
  executing = 0;
  waiting = 0;
  /** Seats that the waiting ones ask for. */
  seatsWaiting = 0;
  readonly counts = { dispatched: 0, rejected: 0, timedOut: 0 };
  #queuing: Queuing | undefined;
  /** By index, those last that were served last. */
  readonly #queues = new Map<number, Queue>();
  #virtualTime = 0;

  constructor(limit: number, queuing: Queuing | undefined) {
    this.limit = limit;
    this.#queuing = queuing;
  }

  get queuing(): Queuing | undefined {
    return this.#queuing;
  }

  /** Queues in which somebody waits. */
  get activeQueues(): number {
    let active = 0;
    for (const { waiting } of this.#queues.values()) if (waiting.length > 0) active++;
    return active;
  }

  *queues(): Iterable<QueueState> {
    for (const [index, { waiting, executing, seatsInUse, next }] of this.#queues) {
      const seatsWaiting = waiting.reduce((sum, { seats }) => sum + seats, 0);
      yield { index, waiting: waiting.length, executing, seatsInUse, seatsWaiting, next };
    }
  }

  /** Another configuration; who waits goes on waiting where they are. */
  configure(limit: number, queuing: Queuing | undefined): void {
    this.limit = limit;
    this.#queuing = queuing;
    this.#dispatch();
  }

  /** Takes seats if they are there and nobody waits for them. */
  take(seats: number): boolean {
    if (this.waiting > 0 || !this.#fits(seats)) return false;
    this.inUse += seats;
    this.executing++;
    this.counts.dispatched++;
    return true;
  }

  /**
   * Waits for seats in the shortest queue of a hand. Comes with the queue's index once they are taken, or with the rejection, at once where nobody
   * may wait.
   */
  enqueue(seats: number, hand: readonly number[], patience: number): Rejection | Promise<number | Rejection> {
    const queuing = this.#queuing;
    if (queuing === undefined) {
      this.counts.rejected++;
      return "concurrency-limit";
    }
    const index = this.#shortest(hand);
    const queue = this.#queueAt(index);
    if (queue.waiting.length >= queuing.queueLengthLimit) {
      this.counts.rejected++;
      return "queue-full";
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(queue, entry), patience);
      const entry: Waiting = { seats, decide: (rejection) => resolve(rejection ?? index), timer };
      if (queue.waiting.length === 0 && queue.next < this.#virtualTime) queue.next = this.#virtualTime;
      queue.waiting.push(entry);
      this.waiting++;
      this.seatsWaiting += seats;
      this.#dispatch();
    });
  }

  /** Gives seats back after `ms`; `index` is the queue in which they were waited for. */
  release(seats: number, ms = EXPECTED_MS, index?: number): void {
    this.inUse -= seats;
    this.executing--;
    const queue = index === undefined ? undefined : this.#queues.get(index);
    if (queue !== undefined) {
      queue.executing--;
      queue.seatsInUse -= seats;
      queue.next += seats * (ms - EXPECTED_MS);
    }
    if (this.waiting > 0) this.#dispatch();
    else if (this.executing === 0 && this.#queues.size > 0) this.#rest();
  }

  /** A request wider than the level has the level for itself. */
  #fits(seats: number): boolean {
    if (seats > this.limit) return this.executing === 0 && (this.limit > 0 || this.#queuing === undefined);
    return this.inUse + seats <= this.limit;
  }

  #queueAt(index: number): Queue {
    let queue = this.#queues.get(index);
    if (queue === undefined) {
      queue = new Queue(index);
      this.#queues.set(index, queue);
    }
    return queue;
  }

  /** The queue with the fewest requests, waiting and running; of several, the first dealt. */
  #shortest(hand: readonly number[]): number {
    let shortest = hand[0] ?? 0;
    let least = Number.POSITIVE_INFINITY;
    for (const index of hand) {
      const queue = this.#queues.get(index);
      const length = queue === undefined ? 0 : queue.waiting.length + queue.executing;
      if (length >= least) continue;
      least = length;
      shortest = index;
    }
    return shortest;
  }

  #dispatch(): void {
    while (this.waiting > 0 && this.inUse < this.limit) {
      let chosen: Queue | undefined;
      let soonest = Number.POSITIVE_INFINITY;
      for (const queue of this.#queues.values()) {
        const first = queue.waiting[0];
        if (first === undefined) continue;
        const end = queue.next + first.seats * EXPECTED_MS;
        if (end >= soonest) continue;
        soonest = end;
        chosen = queue;
      }
      const first = chosen!.waiting[0]!;
      // a wide one is not overtaken for ever by narrow ones
      if (!this.#fits(first.seats)) return;
      this.#start(chosen!, first);
    }
  }

  #start(queue: Queue, first: Waiting): void {
    queue.waiting.shift();
    this.waiting--;
    this.seatsWaiting -= first.seats;
    clearTimeout(first.timer);
    this.#virtualTime = Math.max(this.#virtualTime, queue.next);
    // of several with the same virtual time, the others come before it the next time
    this.#queues.delete(queue.index);
    this.#queues.set(queue.index, queue);
    queue.next += first.seats * EXPECTED_MS;
    queue.executing++;
    queue.seatsInUse += first.seats;
    this.inUse += first.seats;
    this.executing++;
    this.counts.dispatched++;
    first.decide(undefined);
  }

  #giveUp(queue: Queue, entry: Waiting): void {
    const at = queue.waiting.indexOf(entry);
    if (at < 0) return;
    queue.waiting.splice(at, 1);
    this.waiting--;
    this.seatsWaiting -= entry.seats;
    this.counts.rejected++;
    this.counts.timedOut++;
    entry.decide("time-out");
    // it may have kept others from seats that were free
    this.#dispatch();
  }

  /** Nobody is here: nobody owes anybody anything. */
  #rest(): void {
    this.#queues.clear();
    this.#virtualTime = 0;
  }
}
