import { expect, it } from "vitest";
import { DistantStorage } from "../../storage/cache/testing.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { serve } from "../testing/serve.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const APPLY = { headers: { "content-type": "application/apply-patch+yaml" } };

it.each([
  [
    "an apply",
    "PATCH",
    "a?fieldManager=m&dryRun=All",
    { ...APPLY, body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { y: "2" } } },
  ],
  ["a PUT", "PUT", "a?dryRun=All", { body: { metadata: { name: "a" }, data: { x: "1", y: "2" } } }],
])("a dry run of %s is about what the store has, however far the cache lags behind", async (_, method, target, request) => {
  const storage = new DistantStorage(new MemoryStorage());
  const server = await serve({ storage });
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
  await server.ask("GET", MAPS);
  storage.open = false;
  const created = await server.ask("POST", MAPS, { body: { metadata: { name: "a" }, data: { x: "1" } } });
  expect(created.status).toBe(201);

  const tried = await server.ask(method, `${MAPS}/${target}`, request);
  expect(tried.status).toBe(200);
  expect(tried.json()).toMatchObject({ metadata: { uid: created.json().metadata.uid }, data: { x: "1", y: "2" } });
  storage.open = true;
  expect(await server.close()).toEqual([]);
});
