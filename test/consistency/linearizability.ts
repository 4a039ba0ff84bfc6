/*
 * Whether a history of concurrent operations on one object could have happened one after the other, each at some instant between its call
 * and its return: the algorithm of Wing and Gong with Lowe's memory of what was tried, as in Porcupine.
 *
 * An example. Two writers and a reader, time from left to right:
 *
 *     A   |--- write 1 ---|
 *     B            |--- write 2 ---|
 *     C                               |- read -|
 *
 * C may read 2 (A, B) or 1 (B, A). Had B begun after A was answered, only 2.
 */

/** One operation on the object, as the client saw it. Times are of one clock. */
export interface Operation {
  readonly call: number;
  /** Infinity if no answer came: it may have happened at any time since the call, or never. */
  readonly return: number;
  readonly effect: Effect;
}

/** What the answer says. Values are written once in a history; undefined is the object's absence. */
export type Effect =
  /** The object was seen in this state. */
  | { readonly did: "read"; readonly value: string | undefined }
  /** It went from one state to the other. */
  | { readonly did: "write"; readonly from: string | undefined; readonly to: string | undefined }
  /** A write that needed this state did not find it. */
  | { readonly did: "refuse"; readonly from: string | undefined }
  /** Nobody knows whether the write happened. */
  | { readonly did: "perhaps"; readonly from: string | undefined; readonly to: string | undefined };

/** Whether there is an order in which every operation fits, beginning with the state `start`. */
export function isLinearizable(operations: readonly Operation[], start?: string): boolean {
  const sorted = [...operations].sort((a, b) => a.call - b.call);
  const certain = sorted.filter(({ effect }) => effect.did !== "perhaps");
  const possible = sorted.filter(({ effect }) => effect.did === "perhaps");
  const known = new Set<string>();
  const untried: Point[] = [];
  const reach = ({ done, ahead, used, state }: Point) => {
    while (ahead.includes(done)) done++;
    const point = { done, ahead: ahead.filter((index) => index > done), used, state };
    const name = JSON.stringify(point);
    if (!known.has(name)) untried.push(point);
    known.add(name);
  };
  const withOne = (indices: readonly number[], index: number) => [...indices, index].sort((a, b) => a - b);
  reach({ done: 0, ahead: [], used: [], state: start ?? null });
  for (let point = untried.pop(); point !== undefined; point = untried.pop()) {
    const { done, ahead, used, state } = point;
    if (done === certain.length) return true;
    // whatever comes next was called before anything else that is left had returned
    let limit = Number.POSITIVE_INFINITY;
    for (let index = done; index < certain.length && certain[index]!.call <= limit; index++) {
      if (!ahead.includes(index)) limit = Math.min(limit, certain[index]!.return);
    }
    const due: number[] = [];
    for (let index = done; index < certain.length && certain[index]!.call <= limit; index++) {
      if (!ahead.includes(index) && fits(certain[index]!.effect, state)) due.push(index);
    }
    // what fits now and changes nothing can as well come first: if there is an order, there is one with it here
    const still = due.find((index) => certain[index]!.effect.did !== "write");
    for (const index of still === undefined ? due : [still]) {
      reach({ ...point, ahead: withOne(ahead, index), state: after(certain[index]!.effect, state) });
    }
    if (still !== undefined) continue;
    for (const [index, { call, effect }] of possible.entries()) {
      if (call > limit) break;
      if (!used.includes(index) && fits(effect, state)) reach({ ...point, used: withOne(used, index), state: after(effect, state) });
    }
  }
  return false;
}

/** An object's value; null is its absence. */
type State = string | null;

/** What has been put in order: all certain operations before `done`, those in `ahead`, which lie after it, and of the possible ones `used`. */
interface Point {
  readonly done: number;
  readonly ahead: readonly number[];
  readonly used: readonly number[];
  readonly state: State;
}

/** Whether the operation can have happened in this state. */
function fits(effect: Effect, state: State): boolean {
  const value = state ?? undefined;
  switch (effect.did) {
    case "read":
      return value === effect.value;
    case "write":
      return value === effect.from;
    case "refuse":
      return value !== effect.from;
    case "perhaps":
      return value === effect.from && effect.to !== effect.from;
  }
}

const after = (effect: Effect, state: State): State => (effect.did === "write" || effect.did === "perhaps" ? (effect.to ?? null) : state);
