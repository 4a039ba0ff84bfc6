import { describe, expect, it } from "vitest";
import { describeStorage } from "../contract/contract.ts";
import { History } from "./history.ts";
import { MemoryStorage } from "./memory-storage.ts";

describeStorage("memory", async () => {
  const history = new History();
  let storage = new MemoryStorage(history);
  return {
    storage,
    async reopen() {
      await storage.close();
      storage = new MemoryStorage(history);
      return storage;
    },
    dispose: () => storage.close(),
  };
});

describe("observers of the store in memory", () => {
  it("may write while they are told: that is told to all after this", async () => {
    const storage = new MemoryStorage();
    const told: string[] = [];
    const value = new Uint8Array();
    for (const name of ["first", "second"]) {
      storage.watch(
        { prefix: "", after: 0 },
        {
          changes: (batch) => {
            for (const { key } of batch) {
              told.push(`${name} ${key}`);
              if (name === "first" && key === "a") void storage.create("b", value);
            }
          },
          failed: () => {},
        },
      );
    }
    await Promise.resolve();
    await storage.create("a", value);
    expect(told).toEqual(["first a", "second a", "first b", "second b"]);
  });

  it("that fail end their own watch and nothing else", async () => {
    const storage = new MemoryStorage();
    const failures: Error[] = [];
    storage.watch(
      { prefix: "", after: 0 },
      {
        changes: () => {
          throw new Error("observer");
        },
        failed: (error) => failures.push(error),
      },
    );
    await Promise.resolve();
    expect(await storage.create("a", new Uint8Array())).toEqual({ ok: true, revision: 2 });
    expect(await storage.create("b", new Uint8Array())).toEqual({ ok: true, revision: 3 });
    expect(failures).toEqual([new Error("observer")]);
  });
});
