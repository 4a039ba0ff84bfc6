import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Served, serve } from "../testing/serve.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";

let server: Served;
beforeEach(async () => {
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
});
afterEach(async () => expect(await server.close()).toEqual([]));

describe("the bytes of a list", () => {
  it.each([
    ["nothing", []],
    ["one object", [10]],
    ["what just fits into a piece", [131_072 - 700]],
    ["one that is larger than a piece", [300_000]],
    ["small and large ones", [1, 200_000, 1, 1, 131_072, 70_000, 70_000, 1]],
    ["many", Array.from({ length: 500 }, (_, index) => 900 + index)],
  ])("hold %s, as JSON of the length that was told", async (_, sizes) => {
    const names = sizes.map((size, index) => `${String(index).padStart(3, "0")}-${size}`);
    for (const [index, size] of sizes.entries()) {
      const made = await server.ask("POST", CONFIG_MAPS, { body: { metadata: { name: names[index] }, data: { text: "x".repeat(size) } } });
      expect(made.status).toBe(201);
    }
    const { items, ...list } = (await server.ask("GET", CONFIG_MAPS)).json();
    expect(list).toMatchObject({ apiVersion: "v1", kind: "ConfigMapList", metadata: { resourceVersion: expect.any(String) } });
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(names);
    expect(items.map(({ data }: { data: { text: string } }) => data.text.length)).toEqual(sizes);
  });

  it("keep the types of custom objects", async () => {
    for (const name of ["a", "b"]) {
      const network = {
        apiVersion: "networking.datumapis.com/v1alpha",
        kind: "Network",
        metadata: { name },
        spec: { ipam: { mode: "Auto" } },
      };
      expect((await server.ask("POST", NETWORKS, { body: network })).status).toBe(201);
    }
    const { items } = (await server.ask("GET", NETWORKS)).json();
    expect(items.map(({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`)).toEqual([
      "Network a",
      "Network b",
    ]);
  });
});
