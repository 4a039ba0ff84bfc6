import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Recorder } from "../../storage/contract/recorder.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import type { WriteResult } from "../../storage/storage.ts";
import type { Answer, Question } from "./store.ts";

/** The embedded store in a process of its own: a folder as argument, questions as lines of JSON on stdin, answers on stdout. */

const say = (answer: Answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

// Whatever escapes is a failure of the store: it must contain its errors.
process.on("unhandledRejection", (error) => say({ escaped: String(error) }));
process.on("uncaughtException", (error) => say({ escaped: String(error) }));

const storage = await openEmbedded({ folder: process.argv[2]!, now: Date.now }).catch((error: Error) => {
  say({ refused: `${error.name}: ${error.message}` });
  process.exit(1);
});
const start = storage.currentRevision() as number;
const recorder = new Recorder();
storage.watch({ prefix: "", after: start }, recorder);

async function look(key: string) {
  const [stored, scanned] = await Promise.allSettled([storage.get(key), storage.scan({ prefix: key })]);
  return {
    read: stored.status === "fulfilled" ? stored.value !== undefined : String(stored.reason),
    scanned: scanned.status === "fulfilled" ? scanned.value.items.some((item) => item.key === key) : String(scanned.reason),
    watched: recorder.told.some((change) => change.key === key),
    ended: recorder.error !== undefined,
    advanced: (storage.currentRevision() as number) > start,
  };
}

async function answer(question: Question): Promise<object> {
  switch (question.ask) {
    case "create": {
      const began = performance.now();
      const writing = storage.create(question.key, new Uint8Array(question.bytes ?? 100)).then(
        (result: WriteResult) => (result.ok ? { revision: result.revision } : { error: "refused" }),
        (error: Error) => ({ error: error.name, reason: error.message }),
      );
      // What others see while the write is on its way, looked at again and again.
      let done = false;
      void writing.then(() => {
        done = true;
      });
      let looks = 0;
      let seen = "";
      while (!done && question.watchful === true) {
        const state = await look(question.key);
        // The answer may have come while this looked: then all may see it.
        if (done) break;
        looks++;
        seen ||= Object.entries(state)
          .flatMap(([name, is]) => (is === true ? [name] : []))
          .join(" ");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { ...(await writing), looks, seen, milliseconds: performance.now() - began };
    }
    // many writers, all while the flush of an earlier one runs
    case "burst": {
      const create = (key: string) => storage.create(key, new Uint8Array(100)).then((result) => result.ok && result.revision);
      const first = create("burst/first");
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      const others = Array.from({ length: question.writers }, (_, n) => create(`burst/${n}`));
      return { revisions: await Promise.all([first, ...others]) };
    }
    case "look":
      return look(question.key);
    case "check":
      return storage.check().then(
        () => ({ healthy: true }),
        (error: Error) => ({ healthy: false, reason: error.message }),
      );
    case "close":
      await storage.close();
      return {};
  }
}

say({ ready: process.pid, revision: start });
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  void answer(question).then((result) => {
    say({ id: question.id, ...result });
    if (question.ask === "close") process.exit(0);
  });
}
