import { readFile } from "node:fs/promises";
import { checkStore } from "../../storage/embedded/backup.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import { type Storage, StorageError } from "../../storage/storage.ts";
import { changesOf, type Found, found, type Shown, scanned } from "./shown.ts";

/**
 * Checks, opens, reads and writes damaged stores in a process of its own, since what goes wrong may end it. The argument is a file with what an
 * intact one shows; folders come as messages, verdicts go back.
 */

export interface Verdict {
  /** What a check of the folder said; nothing if it found nothing. */
  readonly check?: string;
  /** Why the store could not be opened. */
  readonly refused?: string;
  /** How often it said that it could not read or write. */
  readonly errors: number;
  /** What it showed that was not so. */
  readonly wrong: readonly string[];
}

class Judge {
  errors = 0;
  readonly wrong: string[] = [];

  /** An error that says what is wrong is right; anything else has to be as expected. */
  async expect<T>(what: string, work: () => Promise<T>, isRight: (result: T) => boolean): Promise<void> {
    try {
      const result = await work();
      if (!isRight(result)) this.wrong.push(`${what}: ${JSON.stringify(result)?.slice(0, 200)}`);
    } catch (error) {
      this.errors++;
      if (!(error instanceof StorageError)) this.wrong.push(`${what}: ${error}`);
    }
  }

  async reads(storage: Storage, keys: Shown["keys"]): Promise<void> {
    for (const [key, expected] of Object.entries(keys)) await this.#read(storage, key, expected);
  }

  async #read(storage: Storage, key: string, expected: Found): Promise<void> {
    const isRight = (is: Found) => is?.revision === expected?.revision && is?.value === expected?.value;
    await this.expect(`get ${key}`, () => found(storage, key), isRight);
  }
}

async function judge(folder: string, shown: Shown): Promise<Verdict> {
  const check = await checkStore(folder).then(
    ({ problems }) => problems[0],
    (error: Error) => error.message,
  );
  const judge = new Judge();
  const keys = { ...shown.keys };
  const verdict = (refused?: string): Verdict => ({
    ...(check !== undefined && { check }),
    ...(refused !== undefined && { refused }),
    errors: judge.errors,
    wrong: judge.wrong,
  });
  const open = () => openEmbedded({ folder, now: Date.now });
  let storage: Storage;
  try {
    storage = await open();
  } catch (error) {
    if (!(error instanceof StorageError)) judge.wrong.push(`opening: ${error}`);
    return verdict(String(error));
  }
  for (const { revision, items } of shown.scans)
    await judge.expect(
      `scan at ${revision}`,
      () => scanned(storage, revision),
      (is) => is === items,
    );
  await judge.expect(
    "watch",
    () => changesOf(storage, shown.oldest),
    (is) => is.join() === shown.changes.join(),
  );
  await judge.reads(storage, keys);

  // write over, remove and add, large and small: what LMDB thinks to be free is used
  let n = 0;
  const write = (key: string, value: string | undefined) =>
    judge.expect(
      `write of ${key}`,
      async () => {
        const revision = keys[key]?.revision;
        const bytes = value === undefined ? undefined : Buffer.from(value);
        const result =
          bytes === undefined
            ? await storage.delete(key, revision ?? 0)
            : await (revision === undefined ? storage.create(key, bytes) : storage.update(key, bytes, revision));
        if (result.ok) keys[key] = value === undefined ? null : { revision: result.revision, value };
        return result.ok;
      },
      (ok) => ok,
    );
  const writing: Promise<void>[] = [];
  for (const [key, before] of Object.entries(keys)) {
    n++;
    if (n % 5 === 0) writing.push(write(key, "again ".repeat(n % 3 === 0 ? 3000 : 30)));
    else if (n % 7 === 0 && before !== null) writing.push(write(key, undefined));
    if (n % 10 === 0) writing.push(write(`new/${n}`, "new ".repeat(100)));
    if (n % 30 === 0) await Promise.all(writing.splice(0));
  }
  await Promise.all(writing);
  await judge.reads(storage, keys);
  await storage.close();
  try {
    storage = await open();
  } catch (error) {
    return verdict(String(error));
  }
  await judge.reads(storage, keys);
  await storage.close();
  return verdict();
}

const shown = JSON.parse(await readFile(process.argv[2]!, "utf8")) as Shown;
process.on("message", (folder: string) => {
  judge(folder, shown).then(
    (verdict) => process.send?.(verdict),
    (error: Error) => process.send?.({ errors: 0, wrong: [`escaped: ${error.stack}`] }),
  );
});
