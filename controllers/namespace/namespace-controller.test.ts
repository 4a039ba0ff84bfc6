import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StatusError } from "../../apimachinery/status/status.ts";
import type { Namespace } from "../../apis/core/v1/namespace.ts";
import type { Client } from "../../client/client.ts";
import { alteredClient } from "../../test/tools/altered-client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { NAMESPACES } from "./content.ts";
import { namespaceController } from "./namespace-controller.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const SECRETS = { group: "", version: "v1", resource: "secrets" };
const LEASES = { group: "coordination.k8s.io", version: "v1", resource: "leases" };
const MERGE = "application/merge-patch+json";

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

/** Runs the controller with a client that does some things in another way. */
const runWith = (other: (client: Client) => Partial<Client>) =>
  plane.run({
    name: "namespace",
    run: ({ client, ...around }, signal) => namespaceController.run({ ...around, client: alteredClient(client, other(client)) }, signal),
  });

const createNamespace = (name: string, more: Partial<Namespace> = {}) =>
  plane.admin.create<Namespace>(NAMESPACES, undefined, {
    apiVersion: "v1",
    kind: "Namespace",
    ...more,
    metadata: { name, ...more.metadata },
  } as Namespace);

const createConfigMap = (namespace: string, name: string, finalizers: string[] = []) =>
  plane.admin.create(CONFIG_MAPS, namespace, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, finalizers } });

const release = (name: string) => plane.admin.patch(CONFIG_MAPS, { namespace: "ns", name }, MERGE, { metadata: { finalizers: null } });

const present = () => plane.admin.get<Namespace>(NAMESPACES, { name: "ns" });

const isGone = () => eventually(() => expect(present()).rejects.toMatchObject({ code: 404 }));

describe("the namespace controller", () => {
  it("takes everything along that is in a namespace, and nothing else", async () => {
    plane.run(namespaceController);
    await Promise.all([createNamespace("ns"), createNamespace("other")]);
    await Promise.all([createConfigMap("ns", "a"), createConfigMap("ns", "b"), createConfigMap("other", "a")]);
    await plane.admin.create(LEASES, "ns", { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" } });
    await plane.admin.create(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } });
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await isGone();
    for (const resource of [CONFIG_MAPS, LEASES, SECRETS]) expect((await plane.admin.list(resource, "ns")).items).toEqual([]);
    expect((await plane.admin.list(CONFIG_MAPS, "other")).items).toHaveLength(1);
  });

  it("finishes what was begun before it ran", async () => {
    await createNamespace("ns");
    await createConfigMap("ns", "a");
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    expect((await present()).status?.phase).toBe("Terminating");
    plane.run(namespaceController);
    await isGone();
  });

  it("tells in five conditions what holds a namespace, and lets it go when that is released", async () => {
    await createNamespace("ns");
    await Promise.all([
      createConfigMap("ns", "held", ["example.com/hold"]),
      createConfigMap("ns", "held-twice", ["example.com/hold", "example.com/other"]),
      createConfigMap("ns", "free"),
    ]);
    plane.run(namespaceController);
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () => expect((await present()).status?.conditions).toHaveLength(5));
    const { status, spec } = await present();
    expect(spec).toEqual({ finalizers: ["kubernetes"] });
    expect(status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ["NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"],
      ["NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"],
      ["NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
      ["NamespaceContentRemaining", "True", "SomeResourcesRemain", "Some resources are remaining: configmaps. has 2 resource instances"],
      [
        "NamespaceFinalizersRemaining",
        "True",
        "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances, example.com/other in 1 resource instances",
      ],
    ]);
    expect((await plane.admin.list(CONFIG_MAPS, "ns")).items.map(({ metadata }) => metadata.name)).toEqual(["held", "held-twice"]);
    await Promise.all([release("held"), release("held-twice")]);
    await isGone();
  }, 15_000);

  it("tells which versions could not be asked for their resources, and waits for them", async () => {
    await createNamespace("ns");
    await plane.admin.create(LEASES, "ns", { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" } });
    let down = true;
    runWith((client) => ({
      async document(path: string) {
        if (down && path === "/apis/coordination.k8s.io/v1") throw new Error("the server is currently unable to handle the request");
        return client.document(path);
      },
    }));
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () =>
      expect((await present()).status?.conditions?.[0]).toMatchObject({
        type: "NamespaceDeletionDiscoveryFailure",
        status: "True",
        reason: "DiscoveryFailed",
        message:
          "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: " +
          "coordination.k8s.io/v1: the server is currently unable to handle the request",
      }),
    );
    expect((await plane.admin.list(LEASES, "ns")).items).toHaveLength(1);
    down = false;
    await isGone();
  }, 15_000);

  it("does not wait for kinds that are no longer served when their turn comes", async () => {
    await createNamespace("ns");
    await createConfigMap("ns", "a", ["example.com/hold"]);
    const gone = new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", reason: "NotFound", code: 404 });
    runWith((client) => ({
      async document(path: string) {
        if (path === "/apis/coordination.k8s.io/v1") throw gone;
        return client.document(path);
      },
      async deleteCollection(...[resource, ...rest]: Parameters<Client["deleteCollection"]>) {
        if (resource.resource === "secrets") throw gone;
        return client.deleteCollection(resource, ...rest);
      },
    }));
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () => expect((await present()).status?.conditions).toHaveLength(5));
    expect((await present()).status?.conditions?.slice(0, 3).map(({ type, status }) => `${type} ${status}`)).toEqual([
      "NamespaceDeletionDiscoveryFailure False",
      "NamespaceDeletionGroupVersionParsingFailure False",
      "NamespaceDeletionContentFailure False",
    ]);
    await release("a");
    await isGone();
  }, 15_000);

  it("tells what could not be deleted, and tries again", async () => {
    await createNamespace("ns");
    await createConfigMap("ns", "a");
    await plane.admin.create(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } });
    let broken = true;
    runWith((client) => ({
      async deleteCollection(...[resource, ...rest]: Parameters<Client["deleteCollection"]>) {
        if (broken && resource.resource === "configmaps") return;
        if (broken && resource.resource === "secrets") throw new Error("no secrets today");
        return client.deleteCollection(resource, ...rest);
      },
    }));
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () => expect((await present()).status?.conditions).toHaveLength(5));
    expect((await present()).status?.conditions?.slice(2)).toMatchObject([
      {
        type: "NamespaceDeletionContentFailure",
        status: "True",
        reason: "ContentDeletionFailed",
        message:
          "Failed to delete all resource types, 2 remaining: no secrets today, " +
          "unexpected items still remain in namespace: ns for gvr: /v1, Resource=configmaps",
      },
      {
        type: "NamespaceContentRemaining",
        status: "True",
        reason: "SomeResourcesRemain",
        message: "Some resources are remaining: configmaps. has 1 resource instances",
      },
      {
        type: "NamespaceFinalizersRemaining",
        status: "False",
        reason: "ContentHasNoFinalizers",
        message: "All content-preserving finalizers finished",
      },
    ]);
    broken = false;
    await isGone();
  }, 15_000);

  it("takes along at once what was let in before it was marked and is stored late", async () => {
    await createNamespace("ns");
    await createConfigMap("ns", "late");
    let calls = 0;
    runWith((client) => ({
      async deleteCollection(...[resource, ...rest]: Parameters<Client["deleteCollection"]>) {
        // the first time it is not there yet
        if (resource.resource !== "configmaps" || ++calls > 1) await client.deleteCollection(resource, ...rest);
      },
    }));
    const states: unknown[] = [];
    plane.run({
      name: "watcher",
      async run({ client }, signal) {
        for await (const { object } of client.watch<Namespace>(NAMESPACES, undefined, {}, signal))
          states.push(object.status?.conditions?.[2]);
      },
    });
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await isGone();
    expect(calls).toBe(2);
    expect(states.filter((state) => state !== undefined)).not.toContainEqual(expect.objectContaining({ reason: "ContentDeletionFailed" }));
  });

  it("takes away only the finalizer that is its own, and tells that it has done its part", async () => {
    plane.run(namespaceController);
    await createNamespace("ns", { spec: { finalizers: ["example.com/mine"] }, metadata: { finalizers: ["example.com/hold"] } });
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () => expect((await present()).spec?.finalizers).toEqual(["example.com/mine"]));
    expect((await present()).status?.conditions?.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      "False ResourcesDiscovered",
      "False ParsedGroupVersions",
      "False ContentDeleted",
      "False ContentRemoved",
      "False ContentHasNoFinalizers",
    ]);
    await plane.admin.update(NAMESPACES, { ...(await present()), spec: {} }, { subresource: "finalize" });
    expect((await present()).metadata.finalizers).toEqual(["example.com/hold"]);
    await plane.admin.patch(NAMESPACES, { name: "ns" }, MERGE, { metadata: { finalizers: null } });
    await isGone();
  });

  it("leaves a namespace alone that has the name of one that went", async () => {
    await createNamespace("ns");
    plane.run(namespaceController);
    for (let round = 0; round < 5; round += 1) {
      await createConfigMap("ns", "old");
      await plane.admin.delete(NAMESPACES, { name: "ns" });
      await isGone();
      await createNamespace("ns");
      await createConfigMap("ns", "new");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await plane.admin.list(CONFIG_MAPS, "ns")).items.map(({ metadata }) => metadata.name)).toEqual(["new"]);
      await plane.admin.delete(CONFIG_MAPS, { namespace: "ns", name: "new" });
    }
  });

  it("goes on after the line was broken in the middle", async () => {
    await createNamespace("ns");
    await Promise.all(Array.from({ length: 20 }, (_, i) => createConfigMap("ns", `c${i}`)));
    plane.run(namespaceController);
    await plane.admin.delete(NAMESPACES, { name: "ns" });
    await eventually(async () => expect((await plane.admin.list(CONFIG_MAPS, "ns")).items.length).toBeLessThan(20));
    plane.break();
    await new Promise((resolve) => setTimeout(resolve, 50));
    plane.mend();
    await isGone();
    plane.errors.length = 0;
  });
});
