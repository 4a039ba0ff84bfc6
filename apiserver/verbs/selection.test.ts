import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ObjectRecord } from "../registry/object-record.ts";
import { type Served, serve } from "../testing/serve.ts";

let server: Served;

beforeEach(async () => {
  server = await serve();
  for (const namespace of ["a", "b"]) {
    await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: namespace } } });
    for (const name of ["x", "y"]) await server.ask("POST", `/api/v1/namespaces/${namespace}/configmaps`, { body: { metadata: { name } } });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  expect(await server.close()).toEqual([]);
});

it.each([
  ["/api/v1/configmaps", "metadata.name=x", ["a/x", "b/x"]],
  ["/api/v1/configmaps", "metadata.name!=x,metadata.namespace=b", ["b/y"]],
  ["/api/v1/configmaps", "metadata.namespace!=a", ["b/x", "b/y"]],
  ["/api/v1/namespaces", "metadata.name!=a", ["/b"]],
])("of %s by %s looks at keys, and at no object", async (path, selector, expected) => {
  const looked = vi.spyOn(ObjectRecord.prototype, "object");
  const { items } = (await server.ask("GET", `${path}?fieldSelector=${encodeURIComponent(selector)}`)).json();
  expect(
    items.map(({ metadata }: { metadata: { name: string; namespace?: string } }) => `${metadata.namespace ?? ""}/${metadata.name}`),
  ).toEqual(expected);
  expect(looked).not.toHaveBeenCalled();
});

it("by another field looks at objects", async () => {
  const { items } = (await server.ask("GET", "/api/v1/namespaces?fieldSelector=status.phase%3DActive,metadata.name%3Db")).json();
  expect(items).toHaveLength(1);
});
