import { describe, expect, it } from "vitest";
import { describeStorage } from "../contract/contract.ts";
import { Recorder } from "../contract/recorder.ts";
import { bytes, revisionOf, text } from "../contract/store-under-test.ts";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { StorageError } from "../storage.ts";
import { CIPHERS, type CipherName } from "./ciphers.ts";
import { EncryptionConfiguration } from "./configuration.ts";
import { EncryptedStorage } from "./encrypted-storage.ts";

const secret = (byte: number) => Buffer.alloc(32, byte).toString("base64");

type Way = "identity" | { readonly cipher: CipherName; readonly keys: readonly (readonly [name: string, byte: number])[] };

/** A configuration with one rule. */
function configuration(ways: readonly Way[], resources: readonly string[] = ["*.*"]): EncryptionConfiguration {
  const providers = ways.map((way) =>
    way === "identity" ? { identity: {} } : { [way.cipher]: { keys: way.keys.map(([name, byte]) => ({ name, secret: secret(byte) })) } },
  );
  return EncryptionConfiguration.parse(
    JSON.stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "EncryptionConfiguration", resources: [{ resources, providers }] }),
  );
}

const old: Way = { cipher: "aescbc", keys: [["old", 1]] };
const fresh: Way = { cipher: "secretbox", keys: [["fresh", 2]] };
const KEY = "core/secrets/root/ns/a";

describeStorage("encrypted", async () => {
  const history = new History();
  const ways: Way[] = [{ cipher: "aesgcm", keys: [["k", 3]] }];
  let storage = new EncryptedStorage(new MemoryStorage(history), configuration(ways));
  return {
    storage,
    async reopen() {
      await storage.close();
      storage = new EncryptedStorage(new MemoryStorage(history), configuration(ways));
      return storage;
    },
    dispose: () => storage.close(),
  };
});

describe("the encrypted store", () => {
  const names = Object.keys(CIPHERS) as CipherName[];

  it.each(names)("keeps no value in clear with %s, never twice alike, and names cipher and key as Kubernetes does", async (cipher) => {
    const inner = new MemoryStorage();
    const storage = new EncryptedStorage(inner, configuration([{ cipher, keys: [["key1", 1]] }]));
    const plain = "the value that nobody may see";
    const first = await revisionOf(storage.create(KEY, bytes(plain)));
    const one = (await inner.get(KEY))!.value;
    await storage.update(KEY, bytes(plain), first);
    const two = (await inner.get(KEY))!.value;
    expect(text(one)).toMatch(new RegExp(`^k8s:enc:${cipher}:v1:key1:`));
    expect(text(one)).not.toContain("nobody");
    expect(Buffer.compare(one, two)).not.toBe(0);
    expect(text((await storage.get(KEY))?.value)).toBe(plain);
  });

  it.each(names)("opens nothing with another key of the same name (%s)", async (cipher) => {
    const inner = new MemoryStorage();
    await new EncryptedStorage(inner, configuration([{ cipher, keys: [["k", 1]] }])).create(KEY, bytes("x".repeat(100)));
    const storage = new EncryptedStorage(inner, configuration([{ cipher, keys: [["k", 2]] }]));
    await expect(storage.get(KEY)).rejects.toThrow(StorageError);
    await expect(storage.get(KEY)).rejects.toThrow(/^unable to transform key "core\/secrets\/root\/ns\/a": /);
  });

  it.each(["aesgcm", "secretbox"] as const)("notices a flipped bit wherever it is (%s)", async (cipher) => {
    const inner = new MemoryStorage();
    const storage = new EncryptedStorage(inner, configuration([{ cipher, keys: [["k", 1]] }]));
    await storage.create(KEY, bytes("value"));
    const { value } = (await inner.get(KEY))!;
    for (let at = 0; at < value.length; at++) {
      const changed = Buffer.from(value);
      changed[at]! ^= 1;
      const { revision } = (await inner.get(KEY))!;
      await inner.update(KEY, changed, revision);
      await expect(storage.get(KEY)).rejects.toThrow(StorageError);
    }
  });

  it("opens with aesgcm at no other key of the store", async () => {
    const inner = new MemoryStorage();
    const storage = new EncryptedStorage(inner, configuration([{ cipher: "aesgcm", keys: [["k", 1]] }]));
    await storage.create(KEY, bytes("value"));
    await inner.create(`${KEY}b`, (await inner.get(KEY))!.value);
    await expect(storage.get(`${KEY}b`)).rejects.toThrow("message authentication failed");
  });

  it("reads what earlier keys and clear values left, says that it is stale, and writes with the first key", async () => {
    const inner = new MemoryStorage();
    await inner.create("core/secrets/root/ns/clear", bytes("clear"));
    await new EncryptedStorage(inner, configuration([old])).create("core/secrets/root/ns/old", bytes("old"));
    const storage = new EncryptedStorage(inner, configuration([fresh, old, "identity"]));
    for (const name of ["clear", "old"]) {
      const key = `core/secrets/root/ns/${name}`;
      const stored = (await storage.get(key))!;
      expect(text(stored.value)).toBe(name);
      expect(text((await storage.stale(key))?.value)).toBe(name);
      await storage.update(key, stored.value, stored.revision);
      expect(text((await inner.get(key))?.value)).toMatch(/^k8s:enc:secretbox:v1:fresh:/);
      expect(await storage.stale(key)).toBeUndefined();
    }
    expect((await storage.scan({ prefix: "core/" })).items.map(({ value }) => text(value))).toEqual(["clear", "old"]);
  });

  it("takes encrypted values for nothing else where no rule, or a rule in clear, speaks of them", async () => {
    const inner = new MemoryStorage();
    await new EncryptedStorage(inner, configuration([old])).create(KEY, bytes("value"));
    for (const rules of [configuration(["identity"]), configuration([fresh], ["configmaps"])]) {
      await expect(new EncryptedStorage(inner, rules).get(KEY)).rejects.toThrow("no matching prefix found");
    }
  });

  it("tells watches what changed in clear, and ends one that would have to leave something out", async () => {
    const inner = new MemoryStorage();
    const storage = new EncryptedStorage(inner, configuration([fresh]));
    const recorder = new Recorder();
    storage.watch({ prefix: "core/", after: 1, previous: true }, recorder);
    const first = await revisionOf(storage.create(KEY, bytes("one")));
    await storage.update(KEY, bytes("two"), first);
    await recorder.until(({ told }) => told.length === 2);
    expect(recorder.told.map(({ value, previous }) => [text(value), text(previous?.value)])).toEqual([
      ["one", undefined],
      ["two", "one"],
    ]);
    await inner.create(`${KEY}b`, bytes("k8s:enc:secretbox:v1:lost:…"));
    await storage.create(`${KEY}c`, bytes("three"));
    await recorder.until(({ error }) => error !== undefined);
    expect(recorder.error).toBeInstanceOf(StorageError);
    expect(recorder.told).toHaveLength(2);
  });
});
