import { describe, expect, it } from "vitest";
import { type Effect, isLinearizable, type Operation } from "./linearizability.ts";

const at = (call: number, end: number, effect: Effect): Operation => ({ call, return: end, effect });
const read = (value?: string): Effect => ({ did: "read", value });
const write = (from: string | undefined, to: string | undefined): Effect => ({ did: "write", from, to });
const refuse = (from?: string): Effect => ({ did: "refuse", from });
const perhaps = (from: string | undefined, to: string | undefined): Effect => ({ did: "perhaps", from, to });

describe("a history of one object", () => {
  it.each<[string, boolean, Operation[]]>([
    [
      "one after the other",
      true,
      [at(0, 1, write(undefined, "1")), at(2, 3, read("1")), at(4, 5, write("1", undefined)), at(6, 7, read())],
    ],
    ["a stale read", false, [at(0, 1, write(undefined, "1")), at(2, 3, write("1", "2")), at(4, 5, read("1"))]],
    ["a read during a write that sees it", true, [at(0, 5, write(undefined, "1")), at(1, 2, read("1"))]],
    ["a read during a write that does not see it", true, [at(0, 5, write(undefined, "1")), at(1, 2, read())]],
    ["seen, and then not seen", false, [at(0, 9, write(undefined, "1")), at(1, 2, read("1")), at(3, 4, read())]],
    ["two writes of one state", false, [at(0, 5, write(undefined, "1")), at(1, 6, write(undefined, "2"))]],
    ["one of two writes refused", true, [at(0, 5, write(undefined, "1")), at(1, 6, refuse())]],
    ["a refusal where nothing stood in the way", false, [at(0, 1, refuse())]],
    ["a refusal before what stood in the way", false, [at(0, 1, refuse()), at(2, 3, write(undefined, "1"))]],
    ["an unanswered write that is seen", true, [at(0, Number.POSITIVE_INFINITY, perhaps(undefined, "1")), at(5, 6, read("1"))]],
    ["an unanswered write that is never seen", true, [at(0, Number.POSITIVE_INFINITY, perhaps(undefined, "1")), at(5, 6, read())]],
    [
      "an unanswered write that comes late",
      true,
      [at(0, Number.POSITIVE_INFINITY, perhaps(undefined, "1")), at(5, 6, read()), at(7, 8, read("1"))],
    ],
    [
      "an unanswered write that comes and goes",
      false,
      [at(0, Number.POSITIVE_INFINITY, perhaps(undefined, "1")), at(5, 6, read("1")), at(7, 8, read())],
    ],
    [
      "an unanswered write that comes after another one made room for it",
      true,
      [at(0, 1, write(undefined, "1")), at(2, Number.POSITIVE_INFINITY, perhaps("2", "3")), at(4, 5, write("1", "2")), at(6, 7, read("3"))],
    ],
    ["a read of what nobody wrote", false, [at(0, 1, write(undefined, "1")), at(0, 1, read("2"))]],
  ])("with %s: %s", (_, expected, operations) => {
    expect(isLinearizable(operations)).toBe(expected);
    expect(isLinearizable([...operations].reverse())).toBe(expected);
  });

  it("may begin with something there", () => {
    expect(isLinearizable([at(0, 1, read("0"))], "0")).toBe(true);
    expect(isLinearizable([at(0, 1, write(undefined, "1"))], "0")).toBe(false);
  });

  it("may be long, and an error in it is found", () => {
    const operations: Operation[] = [];
    for (let n = 0; n < 1_000; n++) {
      operations.push(at(3 * n, 3 * n + 4, write(n === 0 ? undefined : String(n - 1), String(n))));
      for (let client = 0; client < 6; client++) operations.push(at(3 * n + 2, 3 * n + 5, n % 2 === 0 ? read(String(n)) : refuse("none")));
    }
    expect(isLinearizable(operations)).toBe(true);
    expect(isLinearizable([...operations, at(3_100, 3_101, read("3"))])).toBe(false);
  });
});
