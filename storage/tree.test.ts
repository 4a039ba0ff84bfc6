import { describe, expect, it } from "vitest";
import { sortable } from "./key-order.ts";
import { countRange, createTree } from "./tree.ts";

describe("counting a range", () => {
  it("gives what walking over it gives, at any size", () => {
    for (const size of [0, 1, 31, 32, 33, 1_000, 5_000]) {
      const tree = createTree<number>();
      const keys: string[] = [];
      for (let index = 0; index < size; index++) {
        const key = `${["a/", "b/", "b/c/", "é/", "\u{1f600}/"][index % 5]}${(index * 7919) % size}`;
        keys.push(key);
        tree.set(sortable(key), index);
      }
      for (const prefix of ["", "a/", "b/", "b/c/", "c/", "é/", "\u{1f600}/", "b/c/1"]) {
        for (const from of [undefined, "", "a/5", "b/c/", "b/c/12\0", "zz", "\u{1f600}/3"]) {
          const expected = keys.filter(
            (key) => key.startsWith(prefix) && (from === undefined || Buffer.compare(Buffer.from(key), Buffer.from(from)) >= 0),
          );
          expect(countRange(tree, prefix, from), `${size} keys, ${prefix} from ${from}`).toBe(expected.length);
        }
      }
    }
  });

  it("stays right after deletions and on copies", () => {
    const tree = createTree<number>();
    for (let index = 0; index < 2_000; index++) tree.set(`a/${index}`, index);
    const copy = tree.clone();
    for (let index = 0; index < 2_000; index += 3) tree.delete(`a/${index}`);
    expect(countRange(copy, "a/", undefined)).toBe(2_000);
    expect(countRange(tree, "a/", undefined)).toBe(1_333);
    expect(countRange(tree, "a/", "a/5")).toBe([...tree.keys("a/5")].length);
  });
});
