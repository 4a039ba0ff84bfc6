import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { systemNamespacesController } from "./system-namespaces-controller.ts";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const SYSTEM = ["default", "kube-public", "kube-system"];

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const present = async () => (await plane.admin.list(NAMESPACES)).items;
const names = async () => (await present()).map(({ metadata }) => metadata.name);

describe("the controller of the system's namespaces", () => {
  it("creates them where they are not, and leaves those that are", async () => {
    const { metadata } = await plane.admin.create<KubeObject>(NAMESPACES, undefined, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "default" },
    });
    plane.run(systemNamespacesController);
    await eventually(async () => expect(await names()).toEqual(SYSTEM));
    expect((await plane.admin.get(NAMESPACES, { name: "default" })).metadata.uid).toBe(metadata.uid);
  });

  it("brings back one that was taken out of the store", async () => {
    plane.run(systemNamespacesController);
    await eventually(async () => expect(await names()).toEqual(SYSTEM));
    const [key] = (await plane.storage.scan({ prefix: "" })).items.filter(({ key }) => key.endsWith("/kube-public"));
    const uid = (await plane.admin.get(NAMESPACES, { name: "kube-public" })).metadata.uid;
    await plane.storage.delete(key!.key, key!.revision);
    await eventually(async () => {
      const found = await plane.admin.get(NAMESPACES, { name: "kube-public" });
      expect(found.metadata.uid).not.toBe(uid);
    });
  });

  it("creates them once the line that was broken at the start is mended", async () => {
    plane.break();
    plane.run(systemNamespacesController);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await names()).toEqual([]);
    plane.mend();
    await eventually(async () => expect(await names()).toEqual(SYSTEM));
    plane.errors.length = 0;
  });
});
