import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";

/** Holds entries of one size and gives back the oldest. */
class Shelf {
  entries: number[] = [];
  readonly budget: Budget;

  constructor(limit: number, parent?: Budget) {
    this.budget = new Budget(limit, parent, (bytes) => {
      for (let freed = 0; freed < bytes && this.entries.length > 0; ) {
        const size = this.entries.shift()!;
        freed += size;
        this.budget.release(size);
      }
    });
  }

  add(size: number): void {
    this.entries.push(size);
    this.budget.charge(size);
  }
}

describe("a budget", () => {
  it("makes its own level give back when it is over", () => {
    const shelf = new Shelf(10);
    for (let index = 0; index < 5; index++) shelf.add(3);
    expect(shelf.entries).toEqual([3, 3, 3]);
    expect(shelf.budget.used).toBe(9);
    expect(shelf.budget.room).toBe(1);
  });

  it("makes the largest pay when all together are over", () => {
    const total = new Budget(100);
    const quiet = new Shelf(80, new Budget(80, total));
    const plane = new Budget(80, total);
    const busy = new Shelf(80, plane);
    const other = new Shelf(80, plane);
    quiet.add(30);
    other.add(10);
    for (let index = 0; index < 100; index++) busy.add(5);
    expect(quiet.entries).toEqual([30]);
    expect(other.entries).toEqual([10]);
    expect(total.used).toBeLessThanOrEqual(100);
    expect(busy.budget.used).toBeGreaterThan(40);
  });

  it("drops even the newest where it does not fit", () => {
    const shelf = new Shelf(10);
    shelf.add(11);
    expect(shelf.entries).toEqual([]);
    expect(shelf.budget.used).toBe(0);
  });

  it("is given back by those that leave", () => {
    const total = new Budget(100);
    const shelf = new Shelf(50, total);
    shelf.add(20);
    shelf.budget.close();
    expect(total.used).toBe(0);
    shelf.add(20);
    expect(total.used).toBe(0);
  });
});
