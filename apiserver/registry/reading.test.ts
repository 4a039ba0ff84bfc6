import { expect, it } from "vitest";
import { DistantStorage } from "../../storage/cache/testing.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { CompactedError } from "../../storage/storage.ts";
import { serve } from "../testing/serve.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

it("starts over where the cache lets go of what is read, and the client does not notice", async () => {
  const storage = new DistantStorage(new MemoryStorage());
  const server = await serve({ storage });
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
  await server.ask("POST", MAPS, { body: { metadata: { name: "a" } } });
  await server.ask("GET", MAPS);

  storage.open = false;
  const revision = (await storage.scan({ prefix: "", limit: 1 })).revision + 1;
  const asked = [
    server.ask("GET", MAPS),
    server.ask("GET", `${MAPS}/a`),
    server.ask("GET", `${MAPS}?resourceVersion=${revision}`),
    server.ask("GET", `${MAPS}?watch=true&timeoutSeconds=1`),
  ];
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(storage.questions).not.toEqual([]);
  await storage.create("core/other/root/b", Buffer.from("{}"));
  storage.drop();
  storage.open = true;
  storage.breakStream(new CompactedError(revision));
  for (const answer of storage.questions.splice(0)) answer();

  const answers = await Promise.all(asked);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(answers[0]?.json().items).toHaveLength(1);
  expect(answers[1]?.json().metadata.name).toBe("a");
  expect(answers[2]?.json().metadata.resourceVersion).toBe(String(revision));
  expect(await server.close()).toEqual([]);
});
