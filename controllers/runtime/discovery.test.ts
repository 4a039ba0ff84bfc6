import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../../client/client.ts";
import { alteredClient } from "../../test/tools/altered-client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { type Discovery, discover, followDiscovery } from "./discovery.ts";

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
});
afterEach(() => plane.close());

/** A client that is given these documents, and what the server has under other paths. */
const withDocuments = (documents: Record<string, unknown>): Client =>
  alteredClient(plane.admin, {
    async document<T>(path: string) {
      const document = documents[path];
      if (document instanceof Error) throw document;
      return (document ?? plane.admin.document(path)) as T;
    },
  });

const resource = (name: string) => ({ name, kind: name, namespaced: true, verbs: ["list"] });
const versioned = (version: string) => ({ groupVersion: `example.com/${version}`, version });

describe("discovery", () => {
  it("gives every resource in every version, and says which version is preferred", async () => {
    const { resources } = await discover(
      withDocuments({
        "/apis": {
          groups: [{ name: "example.com", versions: ["v2", "v1", "v1beta1"].map(versioned), preferredVersion: versioned("v1") }],
        },
        "/apis/example.com/v2": { resources: [resource("new"), resource("both")] },
        "/apis/example.com/v1": { resources: [resource("both"), resource("both/status")] },
        "/apis/example.com/v1beta1": { resources: [resource("both"), resource("old")] },
      }),
    );
    const ours = resources.filter(({ group }) => group === "example.com");
    expect(ours.map(({ version, resource, preferred }) => `${version} ${resource}${preferred ? " preferred" : ""}`)).toEqual([
      "v1 both preferred",
      "v2 new preferred",
      "v2 both",
      "v1beta1 both",
      "v1beta1 old preferred",
    ]);
    expect(resources).toContainEqual(expect.objectContaining({ group: "", version: "v1", resource: "configmaps", kind: "ConfigMap" }));
  });

  it("gives what could be asked, and names the versions that could not", async () => {
    const failure = new Error("down");
    const { resources, failures } = await discover(withDocuments({ "/apis/coordination.k8s.io/v1": failure }));
    expect(failures).toEqual(new Map([["coordination.k8s.io/v1", failure]]));
    expect(resources.map(({ group }) => group)).toContain("networking.datumapis.com");
    expect(resources.map(({ group }) => group)).not.toContain("coordination.k8s.io");
  });
});

describe("who follows discovery", () => {
  it("is told what is served, and again when a definition came or went, or something could not be asked", async () => {
    const documents: Record<string, unknown> = { "/apis/coordination.k8s.io/v1": new Error("down") };
    const stopping = new AbortController();
    const told: Discovery[] = [];
    const errors: object[] = [];
    const log = { info: () => {}, error: (fields: object) => errors.push(fields) };
    const running = followDiscovery("test", { client: withDocuments(documents), now: Date.now, log }, stopping.signal, (discovery) =>
      told.push(discovery),
    );
    const has = (name: string) => told.at(-1)?.resources.some(({ resource }) => resource === name);
    await eventually(() => expect([has("configmaps"), has("leases")]).toEqual([true, false]));
    documents["/apis/coordination.k8s.io/v1"] = undefined;
    await eventually(() => expect(has("leases")).toBe(true));
    expect(errors.length).toBeGreaterThan(0);

    documents["/api/v1"] = { resources: [resource("gizmos")] };
    const key = "apiextensions.k8s.io/customresourcedefinitions/root/gizmos.example.com";
    const metadata = { name: "gizmos.example.com", uid: "u" };
    const definition = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata };
    // as the server stores objects: a format, the hash of some other schema, JSON
    await plane.storage.create(key, Buffer.concat([Buffer.from([1]), Buffer.alloc(8), Buffer.from(JSON.stringify(definition))]));
    await eventually(() => expect(has("gizmos")).toBe(true));
    stopping.abort();
    await running;
  });
});
