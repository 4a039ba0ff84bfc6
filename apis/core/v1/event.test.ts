import { describe, expect, it } from "vitest";
import { event as strictEvent } from "../../events/v1/event.ts";
import { event } from "./event.ts";

describe("Event", () => {
  it("may have any name that fits into a path, as recorders give them, in the core group only", () => {
    expect(event.strategy.validateName?.("web.", true)).toEqual([]);
    expect(event.strategy.validateName?.("Web_1.17ab", false)).toEqual([]);
    expect(event.strategy.validateName?.("a/b", false)).toEqual(["may not contain '/'"]);
    expect(strictEvent.strategy.validateName).toBeUndefined();
  });
});
