import { describe, expect, it } from "vitest";
import { endOfPrefix, sortable } from "./key-order.ts";

describe("sortable keys", () => {
  it("sort as their UTF-8 bytes do", () => {
    const keys = [
      "",
      "a",
      "a/",
      "a/b",
      "a0",
      "é",
      "\u07ff",
      "\ud7ff",
      "\ue000",
      "\uffee",
      "\uffff",
      "\u{10000}",
      "\u{1f600}",
      "\u{10ffff}",
      "z\u{1f600}",
    ];
    const byBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const bySortable = keys.toSorted((a, b) => (sortable(a) < sortable(b) ? -1 : 1));
    expect(bySortable).toEqual(byBytes);
    expect(keys.toSorted()).not.toEqual(byBytes);
  });

  it("are the keys themselves where these are plain", () => {
    expect(sortable("core/configmaps/root/default/a-1.b")).toBe("core/configmaps/root/default/a-1.b");
  });

  it("keep what is a prefix a prefix", () => {
    expect(sortable("a/\u{1f600}b").startsWith(sortable("a/\u{1f600}"))).toBe(true);
  });
});

describe("the end of a prefix", () => {
  it("is above everything that starts with it and nothing else", () => {
    expect(endOfPrefix("a/")).toBe("a0");
    expect(endOfPrefix("a\uffff")).toBe("b");
    expect(endOfPrefix("\uffff")).toBeUndefined();
    expect(endOfPrefix("")).toBeUndefined();
  });
});
