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
  const known = new Set<string>();
  const untried: Point[] = [];
  const reach = (done: number, beyond: readonly number[], state: string | undefined) => {
    while (beyond.includes(done)) done++;
    const ahead = beyond.filter((index) => index > done);
    const name = `${done} ${ahead} ${state}`;
    if (!known.has(name)) untried.push({ done, ahead, state });
    known.add(name);
  };
  reach(0, [], start);
  for (let point = untried.pop(); point !== undefined; point = untried.pop()) {
    const { done, ahead, state } = point;
    if (done === sorted.length) return true;
    // whatever comes next was called before anything else that is left had returned
    let limit = Number.POSITIVE_INFINITY;
    for (let index = done; index < sorted.length && sorted[index]!.call <= limit; index++) {
      if (!ahead.includes(index)) limit = Math.min(limit, sorted[index]!.return);
    }
    const due: number[] = [];
    for (let index = done; index < sorted.length && sorted[index]!.call <= limit; index++) {
      if (!ahead.includes(index)) due.push(index);
    }
    // what fits now and changes nothing can as well come first: if there is an order, there is one with it here
    const still = due.find((index) => changesNothing(sorted[index]!.effect) && outcomes(sorted[index]!.effect, state).length > 0);
    for (const index of still === undefined ? due : [still]) {
      const beyond = [...ahead, index].sort((a, b) => a - b);
      for (const next of outcomes(sorted[index]!.effect, state)) reach(done, beyond, next.state);
    }
  }
  return false;
}

const changesNothing = ({ did }: Effect) => did === "read" || did === "refuse";

/** All operations before `done` and those in `ahead`, which lie after it, have been put in order; that led to `state`. */
interface Point {
  readonly done: number;
  readonly ahead: readonly number[];
  readonly state: string | undefined;
}

/** The states that the operation can leave if it happens in `state`; none if its answer does not fit. */
function outcomes(effect: Effect, state: string | undefined): readonly { readonly state: string | undefined }[] {
  switch (effect.did) {
    case "read":
      return state === effect.value ? [{ state }] : [];
    case "write":
      return state === effect.from ? [{ state: effect.to }] : [];
    case "refuse":
      return state === effect.from ? [] : [{ state }];
    case "perhaps":
      return state === effect.from ? [{ state: effect.to }, { state }] : [{ state }];
  }
}
