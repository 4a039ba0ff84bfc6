/** A write that a client tried, as it saw it. Every value is written once in a history: by it a write is known again. */
export interface Attempt {
  readonly key: string;
  readonly type: EventType;
  /** What was written; of a removal what was there before. */
  readonly value: string;
  /** `refused`: by an answer that says that nothing was stored. `unknown`: no answer came, or one that cannot tell. */
  readonly outcome: "acknowledged" | "refused" | "unknown";
  /** Told by the answer; that of a removal does not. */
  readonly revision?: number;
}

export type EventType = "ADDED" | "MODIFIED" | "DELETED";

/** What a watch told. */
export interface Event {
  readonly key: string;
  readonly type: EventType;
  /** Of a removal the last value. */
  readonly value: string;
  readonly revision: number;
}

/** The value and the revision that each key has. */
export type State = ReadonlyMap<string, { readonly value: string; readonly revision: number }>;

export const showEvent = ({ type, key, value, revision }: Event): string => `${type} ${key} = ${value} @${revision}`;

/** What becomes of a state when these happen. */
export function after(state: State, events: readonly Event[]): State {
  const next = new Map(state);
  for (const { key, type, value, revision } of events) {
    if (type === "DELETED") next.delete(key);
    else next.set(key, { value, revision });
  }
  return next;
}
