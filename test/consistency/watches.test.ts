import { describe, expect, it } from "vitest";
import type { Attempt, Event, State } from "./history.ts";
import { differing, disorder, impossible, unfaithful, unreliable } from "./watches.ts";

const event = (revision: number, type: Event["type"], key: string, value: string): Event => ({ revision, type, key, value });
const EVENTS = [event(5, "ADDED", "a", "1"), event(7, "MODIFIED", "a", "2"), event(8, "ADDED", "b", "3"), event(9, "DELETED", "a", "2")];
const NOTHING: State = new Map();

const attempt = (type: Event["type"], key: string, value: string, outcome: Attempt["outcome"], revision?: number): Attempt => ({
  type,
  key,
  value,
  outcome,
  ...(revision !== undefined && { revision }),
});
const ATTEMPTS = [
  attempt("ADDED", "a", "1", "acknowledged", 5),
  attempt("MODIFIED", "a", "2", "unknown"),
  attempt("ADDED", "b", "3", "acknowledged", 8),
  attempt("DELETED", "a", "2", "acknowledged"),
  attempt("MODIFIED", "b", "4", "refused"),
  attempt("MODIFIED", "b", "5", "unknown"),
];

describe("the judges of watches", () => {
  it("find nothing in a history that keeps every promise", () => {
    expect(disorder(EVENTS)).toEqual([]);
    expect(impossible(NOTHING, EVENTS)).toEqual([]);
    expect(unfaithful(ATTEMPTS, EVENTS)).toEqual([]);
    expect(unreliable({ from: 5, events: EVENTS.slice(1, 3), bookmarks: [{ events: 2, revision: 8 }] }, EVENTS)).toEqual([]);
    expect(differing(NOTHING, EVENTS, new Map([["b", { value: "3", revision: 8 }]]))).toEqual([]);
  });

  it("find a revision that goes back, and one that is told twice", () => {
    expect(disorder([EVENTS[1]!, EVENTS[0]!])).toEqual(["ADDED a = 1 @5 comes after MODIFIED a = 2 @7"]);
    expect(disorder([EVENTS[0]!, EVENTS[0]!])).toEqual(["ADDED a = 1 @5 comes after ADDED a = 1 @5"]);
  });

  it("find events that cannot follow one another", () => {
    expect(impossible(NOTHING, EVENTS.slice(1))).toEqual(["MODIFIED a = 2 @7 where there was nothing"]);
    expect(impossible(NOTHING, [EVENTS[0]!, event(9, "DELETED", "a", "2")])).toEqual(["DELETED a = 2 @9 removes what was 1"]);
  });

  it("find what was acknowledged and is lost, told twice, with another revision, refused or never tried", () => {
    expect(unfaithful(ATTEMPTS, EVENTS.slice(1))).toEqual(["ADDED a = 1 was acknowledged and is lost"]);
    expect(unfaithful(ATTEMPTS, [...EVENTS, event(12, "ADDED", "b", "3")])).toEqual(["ADDED b = 3 is told 2 times"]);
    expect(unfaithful(ATTEMPTS, EVENTS.with(0, event(6, "ADDED", "a", "1")))).toEqual([
      "ADDED a = 1 was acknowledged with 5 and is told with 6",
    ]);
    expect(unfaithful(ATTEMPTS, [...EVENTS, event(10, "MODIFIED", "b", "4")])).toEqual(["MODIFIED b = 4 is told and was refused"]);
    expect(unfaithful(ATTEMPTS, [...EVENTS, event(10, "MODIFIED", "b", "6")])).toEqual(["MODIFIED b = 6 is told and was never tried"]);
  });

  it("find a gap, a repeat, and a bookmark that hides something", () => {
    expect(unreliable({ from: 4, events: [EVENTS[0]!, EVENTS[2]!], bookmarks: [] }, EVENTS)).toEqual([
      "ADDED b = 3 @8 is told where MODIFIED a = 2 @7 is due",
    ]);
    expect(unreliable({ from: 5, events: [EVENTS[0]!], bookmarks: [] }, EVENTS)).toEqual([
      "ADDED a = 1 @5 is told where MODIFIED a = 2 @7 is due",
    ]);
    expect(unreliable({ from: 4, events: [EVENTS[0]!], bookmarks: [{ events: 1, revision: 7 }] }, EVENTS)).toEqual([
      "a bookmark at 7 comes before MODIFIED a = 2 @7",
    ]);
    expect(unreliable({ from: 4, events: [...EVENTS, event(10, "ADDED", "c", "9")], bookmarks: [] }, EVENTS)).toEqual([
      "ADDED c = 9 @10 is told where nothing is due",
    ]);
  });

  it("find a state that the events do not lead to", () => {
    expect(differing(NOTHING, EVENTS, new Map([["a", { value: "2", revision: 7 }]]))).toEqual([
      "b is nothing and should be 3 @8",
      "a is 2 @7 and should be nothing",
    ]);
  });
});
