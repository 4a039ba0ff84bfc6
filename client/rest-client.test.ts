import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestControlPlane } from "../test/tools/control-plane.ts";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const LOCATIONS = { group: "networking.datumapis.com", version: "v1alpha", resource: "locations" };

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns", labels: { a: "b" } } });
});
afterEach(() => plane.close());

describe("a client of metadata only", () => {
  const metadata = () => plane.admin.metadataOnly;

  it("gets objects without their content", async () => {
    const object = await metadata().get(NAMESPACES, { name: "ns" });
    expect(Object.keys(object).sort()).toEqual(["apiVersion", "kind", "metadata"]);
    expect(object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "ns", labels: { a: "b" } } });
  });

  it("lists them, and no items are an empty list", async () => {
    const { items } = await metadata().list(NAMESPACES);
    expect(items).toMatchObject([{ kind: "PartialObjectMetadata", metadata: { name: "ns" } }]);
    expect(items[0]).not.toHaveProperty("spec");
    expect((await metadata().list(LOCATIONS)).items).toEqual([]);
  });

  it("watches them, and is told where the present state ends", async () => {
    const options = { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan", allowWatchBookmarks: true };
    const seen: unknown[] = [];
    for await (const { type, object } of metadata().watch(NAMESPACES, undefined, options, new AbortController().signal)) {
      seen.push([type, object.kind, object.metadata.name ?? object.metadata.annotations?.["k8s.io/initial-events-end"]]);
      if (type === "BOOKMARK") break;
    }
    expect(seen).toEqual([
      ["ADDED", "PartialObjectMetadata", "ns"],
      ["BOOKMARK", "PartialObjectMetadata", "true"],
    ]);
  });

  it("reads documents and writes like any other", async () => {
    expect(await metadata().document("/apis")).toMatchObject({ kind: "APIGroupList" });
    await metadata().patch(NAMESPACES, { name: "ns" }, "application/merge-patch+json", { metadata: { labels: { a: null } } });
    expect((await plane.admin.get(NAMESPACES, { name: "ns" })).metadata.labels).not.toHaveProperty("a");
    await metadata().deleteCollection({ group: "", version: "v1", resource: "configmaps" }, "ns");
  });
});
