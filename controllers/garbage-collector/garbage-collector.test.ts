import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject, OwnerReference } from "../../apimachinery/object.ts";
import type { DeleteOptions } from "../../client/client.ts";
import { alteredClient } from "../../test/tools/altered-client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { namespaceController } from "../namespace/namespace-controller.ts";
import { garbageCollector } from "./garbage-collector.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const SECRETS = { group: "", version: "v1", resource: "secrets" };
const EVENTS = { group: "", version: "v1", resource: "events" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const LOCATIONS = { group: "networking.datumapis.com", version: "v1alpha", resource: "locations" };
const MERGE = "application/merge-patch+json";
const HOLD = "example.com/hold";

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  for (const name of ["default", "ns", "other"]) {
    await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

type Owned = Pick<KubeObject["metadata"], "ownerReferences" | "finalizers"> & { readonly namespace?: string };

const create = (name: string, { namespace = "ns", ...metadata }: Owned = {}) =>
  plane.admin.create<KubeObject>(CONFIG_MAPS, namespace, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata } });

const createLocation = (name: string, ownerReferences: OwnerReference[] = []) =>
  plane.admin.create<KubeObject>(LOCATIONS, undefined, {
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "Location",
    metadata: { name, ownerReferences },
    spec: {
      locationClassName: "datum-managed",
      topology: { "topology.datum.net/city-code": "DFW" },
      provider: { gcp: { projectId: "p", region: "r", zone: "z" } },
    },
  });

const ownedBy = ({ apiVersion, kind, metadata }: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name as string,
  uid: metadata.uid as string,
  ...more,
});

const BLOCKS = { blockOwnerDeletion: true };
const NOBODY = "11111111-2222-3333-4444-555555555555";

const remove = (name: string, options?: DeleteOptions) => plane.admin.delete(CONFIG_MAPS, { namespace: "ns", name }, options);
const get = (name: string) => plane.admin.get(CONFIG_MAPS, { namespace: "ns", name });
const change = (name: string, metadata: object) => plane.admin.patch(CONFIG_MAPS, { namespace: "ns", name }, MERGE, { metadata });
const release = (name: string) => change(name, { finalizers: null });
const names = async () => (await plane.admin.list(CONFIG_MAPS, "ns")).items.map(({ metadata }) => metadata.name);
const areLeft = (...expected: string[]) => eventually(async () => expect(await names()).toEqual(expected));
const ownersOf = async (name: string) => (await get(name)).metadata.ownerReferences?.map((owner) => owner.name) ?? [];
const isMarked = (name: string) => eventually(async () => expect((await get(name)).metadata.deletionGracePeriodSeconds).toBe(0));
/** Longer than the collector takes to do anything in these tests. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));

describe("the garbage collector", () => {
  it("removes what belonged to an object that is gone, through all generations", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    const child = await create("child", { ownerReferences: [ownedBy(root, BLOCKS)] });
    await create("grandchild", { ownerReferences: [ownedBy(child)] });
    await create("stranger");
    await remove("root");
    await areLeft("stranger");
  });

  it("finds out about owners that went before it ran", async () => {
    const root = await create("root");
    await create("child", { ownerReferences: [ownedBy(root)] });
    await create("waits", { finalizers: ["foregroundDeletion"] });
    await remove("waits");
    await remove("root");
    plane.run(garbageCollector);
    await areLeft();
  });

  it("only marks what a finalizer holds", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    await create("held", { ownerReferences: [ownedBy(root)], finalizers: [HOLD] });
    await remove("root");
    await isMarked("held");
    await release("held");
    await areLeft();
  });

  it("takes references to owners that are absent, or have another uid, out of what has an owner left", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    const ghost = { apiVersion: "v1", kind: "ConfigMap", name: "ghost", uid: NOBODY };
    await create("no-such-name", { ownerReferences: [ghost] });
    await create("no-such-uid", { ownerReferences: [{ ...ghost, name: "root" }] });
    await create("no-such-kind-of-it", { ownerReferences: [ownedBy(root, { kind: "Secret" })] });
    await create("one-of-two", { ownerReferences: [ghost, ownedBy(root, { controller: true })] });
    await areLeft("one-of-two", "root");
    await eventually(async () => expect(await ownersOf("one-of-two")).toEqual(["root"]));
    expect((await get("one-of-two")).metadata.ownerReferences).toEqual([ownedBy(root, { controller: true })]);
  });

  it("keeps what belongs to kinds, or versions, that are not served", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    await create("no-kind", { ownerReferences: [{ apiVersion: "example.com/v1", kind: "Gizmo", name: "g", uid: NOBODY }] });
    await create("no-version", { ownerReferences: [ownedBy(root, { apiVersion: "v7" })] });
    await remove("root");
    await aMoment();
    expect(await names()).toEqual(["no-kind", "no-version"]);
  });

  it("knows that an owner without a namespace owns what is in one", async () => {
    plane.run(garbageCollector);
    const location = await createLocation("dallas");
    await create("a", { ownerReferences: [ownedBy(location)] });
    await createLocation("part", [ownedBy(location)]);
    await aMoment();
    expect(await names()).toEqual(["a"]);
    await plane.admin.delete(LOCATIONS, { name: "dallas" });
    await areLeft();
    await eventually(async () => expect((await plane.admin.list(LOCATIONS)).items).toEqual([]));
  });

  it("removes what an object of another namespace is said to own, and tells why", async () => {
    plane.run(garbageCollector);
    const far = await create("far", { namespace: "other" });
    await create("a", { ownerReferences: [ownedBy(far)] });
    const { metadata } = await createLocation("dallas", [ownedBy(far)]);
    await areLeft();
    await create("b", { ownerReferences: [ownedBy(far)] });
    await areLeft();
    const told = async (namespace: string) =>
      (await plane.admin.list(EVENTS, namespace)).items.map(({ type, reason, message, source, involvedObject, count }) => ({
        type,
        reason,
        message,
        source,
        of: (involvedObject as { name?: string }).name,
        count,
      }));
    const warning = {
      type: "Warning",
      reason: "OwnerRefInvalidNamespace",
      source: { component: "garbage-collector-controller" },
      count: 1,
    };
    const said = (namespace: string) =>
      `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: far, uid: ${far.metadata.uid}] does not exist in namespace "${namespace}"`;
    const both = ["a", "b"].map((of) => ({ ...warning, message: said("ns"), of }));
    await eventually(async () => expect(await told("ns")).toEqual(both));
    await eventually(async () => expect(await told("default")).toEqual([{ ...warning, message: said(""), of: "dallas" }]));
    // what has no namespace is never judged by an owner that has one
    expect((await plane.admin.get(LOCATIONS, { name: "dallas" })).metadata.uid).toBe(metadata.uid);
    expect((await plane.admin.list(CONFIG_MAPS, "other")).items).toHaveLength(1);
  });

  it("leaves dependents of orphaning owners alone, but takes the reference away", async () => {
    plane.run(garbageCollector);
    const [first, second] = [await create("first"), await create("second")];
    await create("child", { ownerReferences: [ownedBy(first), ownedBy(second)] });
    await aMoment();
    await remove("first", { propagationPolicy: "Orphan" });
    await areLeft("child", "second");
    expect(await ownersOf("child")).toEqual(["second"]);
    await change("second", { finalizers: ["orphan"] });
    await remove("second");
    await areLeft("child");
    expect(await ownersOf("child")).toEqual([]);
  });

  it("judges again what is owned by a name that another object has taken", async () => {
    const old = await create("root");
    await create("child", { ownerReferences: [ownedBy(old)] });
    await remove("root");
    const successor = await create("root");
    await create("heir", { ownerReferences: [ownedBy(successor)] });
    plane.run(garbageCollector);
    await areLeft("heir", "root");
  });

  it("does no harm when two of it run", async () => {
    plane.run(garbageCollector);
    plane.run(garbageCollector);
    const [root, stays] = [await create("root"), await create("stays")];
    for (let i = 0; i < 20; i++) {
      const child = await create(`child-${i}`, { ownerReferences: [ownedBy(root, BLOCKS)] });
      await create(`grandchild-${i}`, { ownerReferences: [ownedBy(child, BLOCKS)] });
      await create(`shared-${i}`, { ownerReferences: [ownedBy(root, BLOCKS), ownedBy(stays)] });
    }
    await aMoment();
    await remove("root", { propagationPolicy: "Foreground" });
    const shared = Array.from({ length: 20 }, (_, i) => `shared-${i}`).sort();
    await areLeft(...shared, "stays");
    for (const name of shared) expect(await ownersOf(name)).toEqual(["stays"]);
  });

  it("does not remove what got another owner in the last moment", async () => {
    const [root, other] = [await create("root"), await create("other")];
    await create("child", { ownerReferences: [ownedBy(root)] });
    let conflicts = 0;
    plane.run({
      name: "garbage-collector",
      run: ({ client, ...around }, signal) => {
        const metadataOnly = alteredClient(client.metadataOnly, {
          async delete(...deletion) {
            if (conflicts === 0) await change("child", { ownerReferences: [ownedBy(other)] });
            conflicts++;
            await client.metadataOnly.delete(...deletion);
          },
        });
        return garbageCollector.run({ ...around, client: alteredClient(client, { metadataOnly }) }, signal);
      },
    });
    await remove("root");
    await eventually(() => expect(conflicts).toBe(1));
    await aMoment();
    expect(await names()).toEqual(["child", "other"]);
  });

  it.each(["Foreground", "Orphan"] as const)(
    "lets a namespace go that was deleted in the way %s, and all in it",
    async (propagationPolicy) => {
      plane.run(garbageCollector);
      plane.run(namespaceController);
      const root = await create("root");
      await create("child", { ownerReferences: [ownedBy(root)] });
      await plane.admin.delete(NAMESPACES, { name: "ns" }, { propagationPolicy });
      await eventually(() => expect(plane.admin.get(NAMESPACES, { name: "ns" })).rejects.toMatchObject({ code: 404 }));
      expect(await names()).toEqual([]);
    },
  );

  it("goes on after the line was broken, and history forgotten", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    for (let i = 0; i < 10; i++) await create(`child-${i}`, { ownerReferences: [ownedBy(root)] });
    await aMoment();
    plane.break();
    await remove("root");
    await plane.restartWithoutHistory();
    plane.mend();
    await areLeft();
    plane.errors.length = 0;
  }, 15_000);
});

describe("deletion in the foreground", () => {
  it("waits for the dependents that block it, and for no others", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    await create("blocks", { ownerReferences: [ownedBy(root, BLOCKS)], finalizers: [HOLD] });
    await create("loose", { ownerReferences: [ownedBy(root)], finalizers: [HOLD] });
    await create("quick", { ownerReferences: [ownedBy(root, BLOCKS)] });
    await aMoment();
    await remove("root", { propagationPolicy: "Foreground" });
    await Promise.all([isMarked("blocks"), isMarked("loose")]);
    await areLeft("blocks", "loose", "root");
    await release("blocks");
    await areLeft("loose");
    await release("loose");
    await areLeft();
  });

  it("takes dependents along that come while it waits", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    await create("blocks", { ownerReferences: [ownedBy(root, BLOCKS)], finalizers: [HOLD] });
    await aMoment();
    await remove("root", { propagationPolicy: "Foreground" });
    await create("late", { ownerReferences: [ownedBy(root, BLOCKS)] });
    await areLeft("blocks", "root");
    await release("blocks");
    await areLeft();
  });

  it("goes down the generations first", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    const child = await create("child", { ownerReferences: [ownedBy(root, BLOCKS)] });
    await create("grandchild", { ownerReferences: [ownedBy(child, BLOCKS)], finalizers: [HOLD] });
    await aMoment();
    await remove("root", { propagationPolicy: "Foreground" });
    await isMarked("grandchild");
    expect((await get("child")).metadata.finalizers).toEqual(["foregroundDeletion"]);
    expect(await names()).toEqual(["child", "grandchild", "root"]);
    await release("grandchild");
    await areLeft();
  });

  it("is over when what blocked it stops to do so", async () => {
    plane.run(garbageCollector);
    const root = await create("root");
    await create("blocks", { ownerReferences: [ownedBy(root, BLOCKS)], finalizers: [HOLD] });
    await aMoment();
    await remove("root", { propagationPolicy: "Foreground" });
    await isMarked("blocks");
    await change("blocks", { ownerReferences: [ownedBy(root)] });
    await areLeft("blocks");
  });

  it.each([
    ["two objects", ["a", "b"]],
    ["four objects", ["a", "b", "c", "d"]],
    ["one object", ["a"]],
  ])("ends for %s that own one another", async (_, ring) => {
    plane.run(garbageCollector);
    const made = await Promise.all(ring.map((name) => create(name)));
    for (const [i, name] of ring.entries()) {
      const owner = made[(i + 1) % ring.length] as KubeObject;
      await change(name, { ownerReferences: [ownedBy(owner, BLOCKS)] });
    }
    await aMoment();
    expect(await names()).toEqual(ring);
    await remove("a", { propagationPolicy: "Foreground" });
    await areLeft();
  });

  it("ends for objects that own one another and are all deleted so", async () => {
    const ring = ["a", "b", "c"];
    const made = await Promise.all(ring.map((name) => create(name)));
    for (const [i, name] of ring.entries()) await change(name, { ownerReferences: [ownedBy(made[(i + 1) % 3] as KubeObject, BLOCKS)] });
    for (const name of ring) await remove(name, { propagationPolicy: "Foreground" });
    plane.run(garbageCollector);
    await areLeft();
  });
});

it("the objects of a kind that is not a map of the core group are collected too", async () => {
  plane.run(garbageCollector);
  const root = await create("root");
  await plane.admin.create(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name: "s", ownerReferences: [ownedBy(root)] } });
  await remove("root");
  await eventually(async () => expect((await plane.admin.list(SECRETS, "ns")).items).toEqual([]));
});
