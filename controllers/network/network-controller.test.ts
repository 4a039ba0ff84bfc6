import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { Network } from "../../apis/networking/v1alpha/network.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { networkController } from "./network-controller.ts";

const GROUP = { group: "networking.datumapis.com", version: "v1alpha" };
const NETWORKS = { ...GROUP, resource: "networks" };
const CONTEXTS = { ...GROUP, resource: "networkcontexts" };
const EVENTS = { group: "", version: "v1", resource: "events" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const FINALIZER = "networking.datumapis.com/network-controller";
const MERGE = "application/merge-patch+json";

let plane: TestControlPlane;
let now: number;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
  now = Date.parse("2026-01-01T00:00:00Z");
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const createNetwork = (name = "net") =>
  plane.admin.create<Network>(NETWORKS, "ns", {
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "Network",
    metadata: { name },
    spec: { ipam: { mode: "Auto" } },
  } as Network);

const createContext = (name: string, network: string, owner?: KubeObject, finalizers: string[] = []) =>
  plane.admin.create<KubeObject>(CONTEXTS, "ns", {
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "NetworkContext",
    metadata: {
      name,
      finalizers,
      ...(owner && {
        ownerReferences: [
          { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name!, uid: owner.metadata.uid!, controller: true },
        ],
      }),
    },
    spec: { network: { name: network }, location: { name: "dallas" } },
  });

const present = (name = "net") => plane.admin.get<Network>(NETWORKS, { namespace: "ns", name });
const contexts = async () => (await plane.admin.list(CONTEXTS, "ns")).items.map(({ metadata }) => metadata.name);
const isReady = (name = "net") =>
  eventually(async () => expect((await present(name)).status?.conditions).toMatchObject([{ type: "Ready", status: "True" }]));
const isGone = (name = "net") => eventually(() => expect(present(name)).rejects.toMatchObject({ code: 404 }));

describe("the network controller", () => {
  it("holds a network and makes it ready", async () => {
    plane.run(networkController, () => now);
    await createNetwork();
    await isReady();
    const { metadata, status } = await present();
    expect(metadata).toMatchObject({ finalizers: [FINALIZER], generation: 1 });
    expect(status?.conditions).toEqual([
      {
        type: "Ready",
        status: "True",
        reason: "Ready",
        message: expect.stringContaining("No address service"),
        observedGeneration: 1,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ]);
  });

  it("follows changes with the observed generation, and keeps the time of the transition", async () => {
    plane.run(networkController, () => now);
    await createNetwork();
    await isReady();
    now += 3_600_000;
    await plane.admin.patch(NETWORKS, { namespace: "ns", name: "net" }, MERGE, { spec: { mtu: 1400 } });
    await eventually(async () =>
      expect((await present()).status?.conditions).toMatchObject([
        { status: "True", observedGeneration: 2, lastTransitionTime: "2026-01-01T00:00:00Z" },
      ]),
    );
  });

  it("writes nothing when nothing is to be done", async () => {
    plane.run(networkController);
    await createNetwork();
    await isReady();
    const revision = plane.storage.currentRevision();
    plane.cut();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(plane.storage.currentRevision()).toBe(revision);
  });

  it("lets a network without contexts go at once", async () => {
    plane.run(networkController);
    await createNetwork();
    await isReady();
    await plane.admin.delete(NETWORKS, { namespace: "ns", name: "net" });
    await isGone();
  });

  it("deletes a network's contexts first, waits for them, and tells so in an event", async () => {
    plane.run(networkController);
    const network = await createNetwork();
    await Promise.all([isReady(), createNetwork("other")]);
    await createContext("owned", "something-else", network, ["example.com/hold"]);
    await createContext("named", "net");
    await createContext("of-another", "other");
    await plane.admin.delete(NETWORKS, { namespace: "ns", name: "net" });
    await eventually(async () => expect(await contexts()).toEqual(["of-another", "owned"]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await present()).metadata.finalizers).toEqual([FINALIZER]);
    const events = (await plane.admin.list(EVENTS, "ns")).items;
    expect(events).toMatchObject([
      {
        metadata: { name: expect.stringMatching(/^net\.[a-z0-9]+$/) },
        involvedObject: { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network", name: "net", uid: network.metadata.uid },
        type: "Normal",
        reason: "DeletingContexts",
        message: "Deleting the network's contexts first: named, owned",
        source: { component: "network-controller" },
        count: 1,
      },
    ]);
    await plane.admin.patch(CONTEXTS, { namespace: "ns", name: "owned" }, MERGE, { metadata: { finalizers: null } });
    await isGone();
    expect(await contexts()).toEqual(["of-another"]);
    await isReady("other");
  });

  it("keeps the finalizers of others", async () => {
    plane.run(networkController);
    await createNetwork();
    await isReady();
    await plane.admin.patch(NETWORKS, { namespace: "ns", name: "net" }, MERGE, {
      metadata: { finalizers: [FINALIZER, "example.com/hold"] },
    });
    await plane.admin.delete(NETWORKS, { namespace: "ns", name: "net" });
    await eventually(async () => expect((await present()).metadata.finalizers).toEqual(["example.com/hold"]));
  });

  it("finishes a deletion that began while it was away", async () => {
    plane.run(networkController);
    await createNetwork();
    await isReady();
    await createContext("c", "net");
    plane.break();
    await plane.admin.delete(NETWORKS, { namespace: "ns", name: "net" });
    await plane.restartWithoutHistory();
    plane.mend();
    await isGone();
    expect(await contexts()).toEqual([]);
    plane.errors.length = 0;
  });
});
