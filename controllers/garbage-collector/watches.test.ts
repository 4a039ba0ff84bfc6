import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { type DiscoveredResource, discover } from "../runtime/discovery.ts";
import { Graph } from "./graph.ts";
import { Watches } from "./watches.ts";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const SECRETS = { group: "", version: "v1", resource: "secrets" };
const EVENTS = { group: "", version: "v1", resource: "events" };

let plane: TestControlPlane;
let graph: Graph;
let watches: Watches;
let served: readonly DiscoveredResource[];
let errors: unknown[];

beforeEach(async () => {
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
  await plane.admin.create(CONFIG_MAPS, "ns", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
  await plane.admin.create(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } });
  served = (await discover(plane.admin)).resources;
  graph = new Graph({ look: () => {}, outOfReach: () => {} });
  errors = [];
  watches = new Watches(plane.client(), graph, (error) => errors.push(error));
});
afterEach(async () => {
  await watches.close();
  await plane.close();
});

const known = () => [...graph.nodes()].map(({ resource, name }) => `${resource.resource}/${name}`).sort();

describe("the watches of the garbage collector", () => {
  it("bring everything that is there into the graph, but for events", async () => {
    const involvedObject = { kind: "ConfigMap", namespace: "ns", name: "c" };
    await plane.admin.create(EVENTS, "ns", { apiVersion: "v1", kind: "Event", metadata: { name: "e" }, involvedObject });
    watches.follow(served);
    await watches.synced;
    expect(known()).toEqual(["configmaps/c", "namespaces/ns", "secrets/s"]);
  });

  it("take the objects of a kind out that is no longer served, and bring them in again", async () => {
    watches.follow(served);
    await watches.synced;
    watches.follow(served.filter(({ resource }) => resource !== "secrets"));
    expect(known()).toEqual(["configmaps/c", "namespaces/ns"]);
    await plane.admin.patch(SECRETS, { namespace: "ns", name: "s" }, "application/merge-patch+json", { metadata: { labels: { a: "b" } } });
    expect(watches.areSynced).toBe(true);
    watches.follow(served);
    expect(watches.areSynced).toBe(false);
    await eventually(() => expect(known()).toEqual(["configmaps/c", "namespaces/ns", "secrets/s"]));
  });

  it("forget what went while they could not see it", async () => {
    watches.follow(served);
    await watches.synced;
    plane.break();
    await plane.admin.delete(SECRETS, { namespace: "ns", name: "s" });
    await plane.restartWithoutHistory();
    plane.mend();
    await eventually(() => expect(known()).toEqual(["configmaps/c", "namespaces/ns"]));
  });
});
