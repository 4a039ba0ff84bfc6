import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../apimachinery/object.ts";
import { isReason } from "../apimachinery/status/status.ts";
import { kinds } from "../apis/kinds.ts";
import type { WatchEvent } from "../client/client.ts";
import { RestClient } from "../client/rest-client.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { Core } from "./core.ts";
import { inProcessTransport } from "./in-process/transport.ts";
import { type ApiRequest, type ApiResponse, isStream } from "./request.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const NETWORKS = { group: "networking.datumapis.com", version: "v1alpha", resource: "networks" };

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

const network = (name: string): KubeObject => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name },
  spec: { ipam: { mode: "Auto" } },
});

let storage: MemoryStorage;
let core: Core;
let client: RestClient;
const panics: unknown[] = [];

function coreOn(store: MemoryStorage): Core {
  return new Core({ storage: store, kinds, productVersion: "0", serverAddress: "127.0.0.1:6443", onPanic: (error) => panics.push(error) });
}

const clientOf = (of: Core) => new RestClient(inProcessTransport(of.handle, { name: "admin", groups: ["system:masters"] }), "test");

beforeEach(async () => {
  storage = new MemoryStorage();
  core = coreOn(storage);
  await core.start();
  client = clientOf(core);
  await client.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
});

afterEach(async () => {
  core.close();
  await storage.close();
  expect(panics.splice(0)).toEqual([]);
});

/** A GET by the administrator. */
const requestOf = (path: string, query = "", headers: ApiRequest["headers"] = {}): ApiRequest => ({
  method: "GET",
  path,
  query,
  headers,
  connection: { remoteAddress: "", clientCertificate: undefined, trustedUser: { name: "admin", groups: ["system:masters"] } },
  readBody: async () => new Uint8Array(),
});

/** The first events of a watch. */
async function take(events: AsyncIterable<WatchEvent<ConfigMap>>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const { type, object } of events) {
    taken.push(`${type} ${object.metadata.name}`);
    if (taken.length === count) break;
  }
  return taken;
}

describe("writes", () => {
  it("are refused by optimistic locks, and a patch is applied to what is newest", async () => {
    const first = await client.create(CONFIG_MAPS, "ns", configMap("a", { n: "0" }));
    await client.update(CONFIG_MAPS, { ...first, data: { n: "1" } });
    const conflict = await client.update(CONFIG_MAPS, { ...first, data: { n: "2" } }).catch((error: unknown) => error);
    expect(isReason(conflict, "Conflict")).toBe(true);
    const patches = Array.from({ length: 20 }, (_, i) =>
      client.patch(CONFIG_MAPS, { namespace: "ns", name: "a" }, "application/merge-patch+json", { data: { [`k${i}`]: "x" } }),
    );
    await Promise.all(patches);
    const last = await client.get<ConfigMap>(CONFIG_MAPS, { namespace: "ns", name: "a" });
    expect(Object.keys(last.data ?? {})).toHaveLength(21);
  });

  it("that change nothing leave the revision alone", async () => {
    const before = await client.create(CONFIG_MAPS, "ns", configMap("a", { x: "1" }));
    const after = await client.update<ConfigMap>(CONFIG_MAPS, { ...configMap("a", { x: "1" }), metadata: { name: "a", namespace: "ns" } });
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("tried with dryRun answer as if they had been made, and are not", async () => {
    const tried = await client.create(CONFIG_MAPS, "ns", configMap("a"), { dryRun: "All" });
    expect(tried.metadata.uid).toBeDefined();
    expect(tried.metadata.resourceVersion).toBeUndefined();
    await expect(client.get(CONFIG_MAPS, { namespace: "ns", name: "a" })).rejects.toMatchObject({ code: 404 });
  });

  it("keep status and spec apart where a kind has a status of its own", async () => {
    const created = await client.create(NETWORKS, "ns", { ...network("n"), status: { conditions: [] } });
    expect(created.status).toMatchObject({ conditions: [{ type: "Ready", status: "Unknown", reason: "Pending" }] });
    expect(created.metadata.generation).toBe(1);
    const status = { ipam: { ipv6Prefix: "fd00::/48" } };
    const withStatus = await client.update(NETWORKS, { ...created, spec: { ipam: { mode: "Policy" } }, status }, { subresource: "status" });
    expect(withStatus).toMatchObject({ spec: { ipam: { mode: "Auto" } }, status, metadata: { generation: 1 } });
    const withSpec = await client.update(NETWORKS, { ...withStatus, spec: { ipam: { mode: "Policy" } }, status: {} });
    expect(withSpec).toMatchObject({ spec: { ipam: { mode: "Policy" } }, status, metadata: { generation: 2 } });
  });

  it("go nowhere in a namespace that is absent or going", async () => {
    await expect(client.create(CONFIG_MAPS, "nowhere", configMap("a"))).rejects.toMatchObject({ code: 404 });
    await client.delete(NAMESPACES, { name: "ns" });
    await expect(client.create(CONFIG_MAPS, "ns", configMap("a"))).rejects.toMatchObject({
      code: 403,
      status: { details: { causes: [{ reason: "NamespaceTerminating" }] } },
    });
  });

  it("of the last finalizer end an object that was to go", async () => {
    const held = { ...configMap("a"), metadata: { name: "a", finalizers: ["example.com/hold"] } };
    await client.create(CONFIG_MAPS, "ns", held);
    await client.delete(CONFIG_MAPS, { namespace: "ns", name: "a" });
    const marked = await client.get(CONFIG_MAPS, { namespace: "ns", name: "a" });
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    await client.update(CONFIG_MAPS, { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
    await expect(client.get(CONFIG_MAPS, { namespace: "ns", name: "a" })).rejects.toMatchObject({ code: 404 });
  });
});

describe("lists and watches", () => {
  it("page through one state while it changes", async () => {
    for (const name of ["a", "b", "c", "d"]) await client.create(CONFIG_MAPS, "ns", configMap(name));
    const first = await client.list(CONFIG_MAPS, "ns", { limit: 2 });
    await client.delete(CONFIG_MAPS, { namespace: "ns", name: "c" });
    await client.create(CONFIG_MAPS, "ns", configMap("bb"));
    const rest = await client.list(CONFIG_MAPS, "ns", { limit: 5, continue: first.metadata.continue });
    expect([...first.items, ...rest.items].map(({ metadata }) => metadata.name)).toEqual(["a", "b", "c", "d"]);
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(first.metadata.remainingItemCount).toBe(2);
  });

  it("go on from a list without a gap or a repeat", async () => {
    await client.create(CONFIG_MAPS, "ns", configMap("a"));
    const { metadata } = await client.list(CONFIG_MAPS, "ns");
    await client.create(CONFIG_MAPS, "ns", configMap("b"));
    await client.patch(CONFIG_MAPS, { namespace: "ns", name: "a" }, "application/merge-patch+json", { data: { x: "1" } });
    await client.delete(CONFIG_MAPS, { namespace: "ns", name: "b" });
    const stop = new AbortController();
    const events = client.watch<ConfigMap>(CONFIG_MAPS, "ns", { resourceVersion: metadata.resourceVersion }, stop.signal);
    expect(await take(events, 3)).toEqual(["ADDED b", "MODIFIED a", "DELETED b"]);
  });

  it("end without a word at the first event that the form asked for cannot tell", async () => {
    await client.create(CONFIG_MAPS, "ns", configMap("a"));
    const response = await core.handle(
      requestOf("/api/v1/namespaces/ns/configmaps", "watch=1", {
        accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
      }),
    );
    expect(response.status).toBe(200);
    const written: Uint8Array[] = [];
    await new Promise<void>((resolve) => {
      if (!isStream(response.body)) throw new Error("no stream");
      response.body.open({ write: (chunk) => written.push(chunk) > 0, end: resolve });
    });
    expect(written).toEqual([]);
  });

  it("of one object below /watch/ take no selector of another", async () => {
    const answer = (query: string) => core.handle(requestOf("/api/v1/watch/namespaces/ns/configmaps/a", `timeoutSeconds=1&${query}`));
    for (const selector of ["metadata.name=b", "metadata.namespace=ns"]) {
      expect((await answer(`fieldSelector=${encodeURIComponent(selector)}`)).status).toBe(400);
    }
    const fine = await answer("fieldSelector=metadata.name%3Da");
    expect(fine.status).toBe(200);
    if (isStream(fine.body)) fine.body.close();
  });

  it("end cleanly when the server drains", async () => {
    const stop = new AbortController();
    const events = client.watch<ConfigMap>(CONFIG_MAPS, "ns", {}, stop.signal);
    setTimeout(() => core.drain(), 20);
    expect(await take(events, 1)).toEqual([]);
  });
});

describe("a second server on the same store", () => {
  it("sees every write at once, and keeps what the first one wrote under an older schema", async () => {
    const other = coreOn(storage);
    await other.start();
    try {
      const there = clientOf(other);
      await client.create(CONFIG_MAPS, "ns", configMap("a", { x: "1" }));
      expect(await there.get(CONFIG_MAPS, { namespace: "ns", name: "a" })).toMatchObject({ data: { x: "1" } });
    } finally {
      other.close();
    }
    const changed = kinds.map((kind) =>
      kind.kind === "Network"
        ? {
            ...kind,
            schema: { ...kind.schema, properties: { ...kind.schema.properties, note: { type: "string", default: "new" } as const } },
          }
        : kind,
    );
    await client.create(NETWORKS, "ns", network("n"));
    const upgraded = new Core({ storage, kinds: changed, productVersion: "1", serverAddress: "", onPanic: (error) => panics.push(error) });
    await upgraded.start();
    try {
      expect(await clientOf(upgraded).get(NETWORKS, { namespace: "ns", name: "n" })).toMatchObject({ note: "new" });
    } finally {
      upgraded.close();
    }
  });
});

describe("what fails unexpectedly", () => {
  it("answers 500 in plain text, is reported, and leaves the server going", async () => {
    const request: ApiRequest = {
      ...requestOf("/api/v1/namespaces/ns/configmaps"),
      method: "POST",
      readBody: async () => {
        throw new TypeError("out of the blue");
      },
    };
    const answer: ApiResponse = await core.handle(request);
    expect(answer.status).toBe(500);
    expect(answer.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache, private" });
    expect(panics.splice(0)).toEqual([new TypeError("out of the blue")]);
    expect((await client.list(CONFIG_MAPS, "ns")).items).toEqual([]);
  });
});
