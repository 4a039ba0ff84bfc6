import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { freshEtcd, openTestStorage, startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const NETWORKING = "/apis/networking.datumapis.com/v1alpha";
const MERGE = { "content-type": "application/merge-patch+json" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** What the server stores is made, or the test fails. */
async function create(collection: string, object: object): Promise<void> {
  const { status, text } = await server.send("POST", collection, object);
  if (status !== 201) throw new Error(text);
}

const namespace = (name: string) => create("/api/v1/namespaces", { metadata: { name } });
const status = async (address: string) => (await server.send("GET", address)).status;
const isGone = (address: string) => eventually(async () => expect(await status(address)).toBe(404));

const network = (name: string) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name },
  spec: { ipam: { mode: "Auto" } },
});

const context = (name: string, of: string, finalizers: string[] = []) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "NetworkContext",
  metadata: { name, finalizers },
  spec: { network: { name: of }, location: { name: "dallas" } },
});

describe("a namespace", () => {
  it("goes with everything in it, networks and their contexts too", async () => {
    await namespace("whole");
    const core = "/api/v1/namespaces/whole";
    const networking = `${NETWORKING}/namespaces/whole`;
    await Promise.all([
      ...["a", "b", "c"].map((name) => create(`${core}/configmaps`, { metadata: { name } })),
      create(`${core}/secrets`, { metadata: { name: "s" } }),
      create(`${networking}/networks`, network("net")),
      create(`${networking}/networkcontexts`, context("ctx", "net")),
    ]);
    const deleted = await server.send("DELETE", core);
    expect([deleted.status, deleted.body.status.phase]).toEqual([200, "Terminating"]);
    const refused = await server.send("POST", `${core}/configmaps`, { metadata: { name: "late" } });
    expect([refused.status, refused.body.details?.causes?.[0]?.reason ?? "gone"]).toEqual(
      refused.status === 404 ? [404, "gone"] : [403, "NamespaceTerminating"],
    );
    await isGone(core);
    for (const collection of [`${core}/configmaps`, `${core}/secrets`, `${networking}/networks`, `${networking}/networkcontexts`]) {
      expect((await server.send("GET", collection)).body.items).toEqual([]);
    }
  });

  it("waits for a finalizer and says so in five conditions", async () => {
    await namespace("held");
    const core = "/api/v1/namespaces/held";
    await create(`${core}/configmaps`, { metadata: { name: "stays", finalizers: ["example.com/hold"] } });
    await server.send("DELETE", core);
    await eventually(async () => expect((await server.send("GET", core)).body.status.conditions).toHaveLength(5));
    const { conditions } = (await server.send("GET", core)).body.status;
    expect(conditions.map(({ type, status }: { type: string; status: string }) => `${type} ${status}`)).toEqual([
      "NamespaceDeletionDiscoveryFailure False",
      "NamespaceDeletionGroupVersionParsingFailure False",
      "NamespaceDeletionContentFailure False",
      "NamespaceContentRemaining True",
      "NamespaceFinalizersRemaining True",
    ]);
    expect(conditions[3].message).toBe("Some resources are remaining: configmaps. has 1 resource instances");
    expect(conditions[4].message).toBe("Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances");
    await server.send("PATCH", `${core}/configmaps/stays`, '{"metadata":{"finalizers":null}}', MERGE);
    await isGone(core);
  });

  it("of the system may not be deleted", async () => {
    for (const name of ["default", "kube-system", "kube-public"]) {
      const answer = await server.send("DELETE", `/api/v1/namespaces/${name}`);
      expect([answer.status, answer.body.message]).toEqual([403, `namespaces "${name}" is forbidden: this namespace may not be deleted`]);
    }
  });

  it("of the system comes back after it was taken out of the store", async () => {
    const dataDir = await temporaryFolder();
    const etcd = freshEtcd();
    try {
      const first = await startTestServer({ dataDir, etcd });
      const address = "/api/v1/namespaces/kube-public";
      await eventually(async () => expect((await first.send("GET", address)).status).toBe(200));
      const { uid } = (await first.send("GET", address)).body.metadata;
      await first.close();

      const storage = await openTestStorage(dataDir, etcd);
      const stored = (await storage.scan({ prefix: "" })).items.find(({ key }) => key.endsWith("/kube-public"));
      await storage.delete(stored!.key, stored!.revision);
      await storage.close();

      const second = await startTestServer({ dataDir, etcd });
      await eventually(async () => expect((await second.send("GET", address)).body.metadata?.uid).toMatch(/-/));
      expect((await second.send("GET", address)).body.metadata.uid).not.toBe(uid);
      await second.close();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe("what belongs to an object", () => {
  const core = "/api/v1/namespaces/owners";
  beforeAll(() => namespace("owners"));

  /** An owner, a Secret that belongs to it, and a Lease that belongs to that. */
  async function family(name: string): Promise<{ owner: string; child: string; grandchild: string }> {
    const [owner, child] = [`${core}/configmaps/${name}`, `${core}/secrets/${name}`];
    const leases = "/apis/coordination.k8s.io/v1/namespaces/owners/leases";
    const referenceTo = async (address: string, kind: string) => [
      { apiVersion: "v1", kind, name, uid: (await server.send("GET", address)).body.metadata.uid, blockOwnerDeletion: true },
    ];
    await create(`${core}/configmaps`, { metadata: { name } });
    await create(`${core}/secrets`, { metadata: { name, ownerReferences: await referenceTo(owner, "ConfigMap") } });
    await create(leases, { metadata: { name, ownerReferences: await referenceTo(child, "Secret") } });
    return { owner, child, grandchild: `${leases}/${name}` };
  }

  it("goes after it, through the generations", async () => {
    const { owner, child, grandchild } = await family("background");
    expect((await server.send("DELETE", owner)).body.status).toBe("Success");
    await isGone(child);
    await isGone(grandchild);
  });

  it("goes before it in the foreground", async () => {
    const { owner, child, grandchild } = await family("foreground");
    await server.send("PATCH", grandchild, '{"metadata":{"finalizers":["example.com/hold"]}}', MERGE);
    const deleted = await server.send("DELETE", `${owner}?propagationPolicy=Foreground`);
    expect(deleted.body.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await eventually(async () => expect((await server.send("GET", grandchild)).body.metadata.deletionTimestamp).toBeDefined());
    expect([await status(owner), await status(child)]).toEqual([200, 200]);
    await server.send("PATCH", grandchild, '{"metadata":{"finalizers":null}}', MERGE);
    for (const address of [grandchild, child, owner]) await isGone(address);
  });

  it("stays without it as an orphan", async () => {
    const { owner, child, grandchild } = await family("orphan");
    // a dependent has to be known before its owner goes, as in Kubernetes
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.send("DELETE", `${owner}?propagationPolicy=Orphan`);
    await isGone(owner);
    const { metadata } = (await server.send("GET", child)).body;
    expect([metadata.ownerReferences, metadata.deletionTimestamp]).toEqual([undefined, undefined]);
    expect((await server.send("GET", grandchild)).body.metadata.ownerReferences).toHaveLength(1);
  });
});

describe("a network", () => {
  const networks = `${NETWORKING}/namespaces/networks/networks`;
  const contexts = `${NETWORKING}/namespaces/networks/networkcontexts`;
  beforeAll(() => namespace("networks"));

  it("is held, becomes ready, and tells so at every change", async () => {
    await create(networks, network("ready"));
    const condition = async () => (await server.send("GET", `${networks}/ready`)).body.status?.conditions?.[0];
    await eventually(async () => expect(await condition()).toMatchObject({ type: "Ready", status: "True", observedGeneration: 1 }));
    const before = await condition();
    await server.send("PATCH", `${networks}/ready`, '{"spec":{"mtu":1400}}', MERGE);
    await eventually(async () => expect(await condition()).toEqual({ ...before, observedGeneration: 2 }));
    expect((await server.send("GET", `${networks}/ready`)).body.metadata.finalizers).toEqual([
      "networking.datumapis.com/network-controller",
    ]);
  });

  it("goes after its contexts, and tells what it waits for", async () => {
    await create(networks, network("ordered"));
    await eventually(async () => expect((await server.send("GET", `${networks}/ordered`)).body.metadata.finalizers).toHaveLength(1));
    await create(contexts, context("held", "ordered", ["example.com/hold"]));
    await create(contexts, context("free", "ordered"));
    await server.send("DELETE", `${networks}/ordered`);
    await isGone(`${contexts}/free`);
    expect([await status(`${networks}/ordered`), await status(`${contexts}/held`)]).toEqual([200, 200]);
    await eventually(async () => {
      const events = await server.send("GET", "/api/v1/namespaces/networks/events?fieldSelector=involvedObject.name%3Dordered");
      expect(events.body.items).toMatchObject([
        { reason: "DeletingContexts", message: "Deleting the network's contexts first: free, held", type: "Normal" },
      ]);
    });
    await server.send("PATCH", `${contexts}/held`, '{"metadata":{"finalizers":null}}', MERGE);
    await isGone(`${networks}/ordered`);
    expect(await status(`${contexts}/held`)).toBe(404);
  });
});
