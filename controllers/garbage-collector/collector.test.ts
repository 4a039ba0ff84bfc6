import { expect, it } from "vitest";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { discover } from "../runtime/discovery.ts";
import { Collector } from "./collector.ts";
import { Graph } from "./graph.ts";
import { Judge } from "./judge.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };

it.each([
  ["Orphan", "orphan"],
  ["Foreground", "foregroundDeletion"],
] as const)(
  "a deletion in the way %s is not finished while there may be dependents that nobody told yet",
  async (propagationPolicy, finalizer) => {
    const plane = await TestControlPlane.start();
    await plane.admin.create({ group: "", version: "v1", resource: "namespaces" }, undefined, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "ns" },
    });
    const root = { namespace: "ns", name: "root" };
    await plane.admin.create(CONFIG_MAPS, "ns", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "root" } });
    await plane.admin.delete(CONFIG_MAPS, root, { propagationPolicy });
    const { metadata } = await plane.admin.get(CONFIG_MAPS, root);

    const { resources } = await discover(plane.admin);
    const graph = new Graph({ look: () => {}, outOfReach: () => {} });
    const resource = resources.find((one) => one.resource === "configmaps");
    if (resource !== undefined) graph.put(resource, metadata);
    let isComplete = false;
    const collector = new Collector(plane.admin, graph, new Judge(plane.admin, graph), () => isComplete);

    expect(await collector.look(metadata.uid as string)).toHaveProperty("requeueAfter");
    expect((await plane.admin.get(CONFIG_MAPS, root)).metadata.finalizers).toEqual([finalizer]);
    isComplete = true;
    expect(await collector.look(metadata.uid as string)).toBeUndefined();
    await expect(plane.admin.get(CONFIG_MAPS, root)).rejects.toMatchObject({ code: 404 });
    await plane.close();
  },
);
