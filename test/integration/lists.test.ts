import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { EMPTY_NAMESPACES, startTestServer, type TestServer } from "../tools/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ controllers: EMPTY_NAMESPACES });
  for (const name of ["a", "b"]) {
    await server.send("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name } });
    await server.send("POST", "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks", {
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "Network",
      metadata: { name },
      spec: { ipam: { mode: "Auto" } },
    });
  }
});
afterAll(() => server.close());

describe("the items of a list", () => {
  it.each([
    ["application/json", ""],
    ["application/json;pretty=1", ""],
    ["application/json", "?pretty=true"],
    ["application/yaml", ""],
  ])("leave out their type where the kind is built in, and tell it where it is not: %s%s", async (accept, query) => {
    const types = async (collection: string) => {
      const { text } = await server.send("GET", `${collection}${query}`, undefined, { accept });
      return parse(text).items.map(({ apiVersion, kind }: { apiVersion?: string; kind?: string }) => `${apiVersion} ${kind}`);
    };
    expect(await types("/api/v1/namespaces/default/configmaps")).toEqual(Array(2).fill("undefined undefined"));
    expect(await types("/apis/networking.datumapis.com/v1alpha/namespaces/default/networks")).toEqual(
      Array(2).fill("networking.datumapis.com/v1alpha Network"),
    );
  });
});

describe("a collection", () => {
  it("is deleted in the order of its list, and watchers see it so", async () => {
    const collection = "/api/v1/namespaces/default/secrets";
    const names = Array.from({ length: 30 }, (_, index) => `one-${String(index).padStart(2, "0")}`);
    for (const name of names) await server.send("POST", collection, { metadata: { name, labels: { of: "the-test" } } });
    const { body: list } = await server.send("GET", collection);
    const chosen = "labelSelector=of%3Dthe-test";
    const { status, body: answer } = await server.send("DELETE", `${collection}?${chosen}`);
    expect([status, answer.items.length]).toEqual([200, names.length]);
    const watch = await server.send(
      "GET",
      `${collection}?watch=true&${chosen}&resourceVersion=${list.metadata.resourceVersion}&timeoutSeconds=1`,
    );
    const events = watch.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(names.map((name) => `DELETED ${name}`));
  });
});
