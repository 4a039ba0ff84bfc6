import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";
import { cost, Ring, type Transition } from "./ring.ts";
import type { TextRecord } from "./testing.ts";

const event = (revision: number): Transition<TextRecord> => ({
  key: "k",
  revision,
  previous: undefined,
  current: { key: "k", revision, text: "", bytes: 10 },
  gone: undefined,
});
const SIZE = cost(event(1));

function ringOf(after: number, events: number): Ring<TextRecord> {
  const ring: Ring<TextRecord> = new Ring(after, new Budget(events * SIZE, undefined, (bytes) => ring.shed(bytes)));
  return ring;
}

const revisions = (ring: Ring<TextRecord>) => {
  const found: number[] = [];
  for (let position = ring.first; position < ring.next; position++) found.push(ring.at(position)!.revision);
  return found;
};

describe("a ring", () => {
  it("keeps the newest events and knows what it has lost", () => {
    const ring = ringOf(40, 3);
    for (const revision of [41, 43, 47, 50, 51]) ring.append(event(revision));
    expect(revisions(ring)).toEqual([47, 50, 51]);
    expect(ring.after).toBe(43);
    expect(ring.at(ring.first - 1)).toBeUndefined();
    expect(ring.at(ring.next)).toBeUndefined();
  });

  it("finds the place after a revision", () => {
    const ring = ringOf(40, 30);
    for (const revision of [41, 43, 47]) ring.append(event(revision));
    expect([40, 41, 42, 43, 46, 47, 99].map((revision) => ring.positionAfter(revision) - ring.first)).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  it("takes older events in front, if there is room, without moving the others", () => {
    const ring = ringOf(40, 20);
    for (let revision = 41; revision < 51; revision++) ring.append(event(revision));
    const position = ring.positionAfter(45);
    expect(ring.prepend([event(30), event(38)], 25)).toBe(true);
    expect(ring.after).toBe(25);
    expect(revisions(ring)).toEqual([30, 38, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
    expect(ring.at(position)!.revision).toBe(46);
    expect(
      ring.prepend(
        Array.from({ length: 9 }, (_, index) => event(index)),
        0,
      ),
    ).toBe(false);
    expect(ring.after).toBe(25);
  });

  it("counts the state before an event, and twice for an end", () => {
    const record: TextRecord = { key: "k", revision: 1, text: "", bytes: 1_000 };
    expect(cost({ ...event(2), previous: record })).toBe(SIZE + 1_000);
    expect(cost({ ...event(2), previous: record, current: undefined })).toBe(SIZE + 2_000);
  });
});
