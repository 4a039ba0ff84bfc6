import { beforeAll, describe, expect, it } from "vitest";
import { kinds } from "../../apis/kinds.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { Core } from "../core.ts";
import type { ApiResponse } from "../request.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const AGGREGATED = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

let core: Core;
beforeAll(async () => {
  const storage = new MemoryStorage();
  core = new Core({
    storage,
    kinds,
    productVersion: "0",
    serverAddress: "10.0.0.1:6443",
    onPanic: (error) => expect(error).toBeUndefined(),
  });
  await core.start();
  return async () => {
    core.close();
    await storage.close();
  };
});

function get(path: string, accept?: string, more: Record<string, string> = {}): Promise<ApiResponse> {
  return core.handle({
    method: "GET",
    path,
    query: "",
    headers: { ...(accept === undefined ? {} : { accept }), ...more },
    connection: { remoteAddress: "", clientCertificate: undefined, trustedUser: { name: "admin", groups: ["system:masters"] } },
    readBody: async () => new Uint8Array(),
  });
}

const bytes = ({ body }: ApiResponse) => Buffer.from(body as Uint8Array);
const text = (response: ApiResponse) => bytes(response).toString();

/** A delimited field whose number and length fit in a byte each. */
const field = (number: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(content)]), Buffer.from(content)]);

/** The envelope of a message that is shorter than 128 bytes. */
const envelope = (apiVersion: string, kind: string, message: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from("k8s\0"),
    field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])),
    field(2, message),
    field(3, ""),
    field(4, ""),
  ]);

describe("discovery in protobuf", () => {
  it("of the core versions says no apiVersion", async () => {
    const address = Buffer.concat([field(1, "0.0.0.0/0"), field(2, "10.0.0.1:6443")]);
    const response = await get("/api", PROTOBUF);
    expect(response.headers["content-type"]).toBe(PROTOBUF);
    expect(bytes(response)).toEqual(envelope("", "APIVersions", Buffer.concat([field(1, "v1"), field(2, address)])));
  });

  it("of a group tells its versions and the preferred one", async () => {
    const version = Buffer.concat([field(1, "coordination.k8s.io/v1"), field(2, "v1")]);
    const group = Buffer.concat([field(1, "coordination.k8s.io"), field(2, version), field(3, version)]);
    expect(bytes(await get("/apis/coordination.k8s.io", PROTOBUF))).toEqual(envelope("v1", "APIGroup", group));
    expect(text(await get("/apis", PROTOBUF))).toContain("APIGroupList");
  });

  it("of a version has verbs in a message of their own", async () => {
    const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"].map((verb) => field(1, verb));
    const found = bytes(await get("/apis/coordination.k8s.io/v1", PROTOBUF));
    expect(found.includes(Buffer.concat([field(3, "Lease"), field(4, Buffer.concat(verbs)), field(6, "lease")]))).toBe(true);
  });
});

it("the hash of the storage version is that of the stored kind", async () => {
  const hashOf = async (path: string, resource: string) =>
    JSON.parse(text(await get(path))).resources.find(({ name }: { name: string }) => name === resource).storageVersionHash;
  expect(await hashOf("/api/v1", "configmaps")).toBe("qFsyl6wFWjQ=");
  expect(await hashOf("/apis/coordination.k8s.io/v1", "leases")).toBe("gqkMMb/YqFM=");
  expect(await hashOf("/api/v1", "events")).toBe("r2yiGXH7wu8=");
  expect(await hashOf("/apis/events.k8s.io/v1", "events")).toBe("r2yiGXH7wu8=");
});

describe("aggregated discovery", () => {
  it("is told in the encoding that the clause names, under one entity tag", async () => {
    const [json, yaml, protobuf] = await Promise.all(
      ["application/json", "application/yaml", PROTOBUF].map((type) => get("/apis", `${type};${AGGREGATED}`)),
    );
    expect(json?.headers["content-type"]).toBe(`application/json;${AGGREGATED}`);
    expect(yaml?.headers["content-type"]).toBe(`application/yaml;${AGGREGATED}`);
    expect(protobuf?.headers["content-type"]).toBe(`${PROTOBUF};${AGGREGATED}`);
    expect(new Set([json, yaml, protobuf].map((response) => response?.headers.etag)).size).toBe(1);
    expect(text(yaml as ApiResponse)).toMatch(/^apiVersion: apidiscovery.k8s.io\/v2\nitems:\n/);
    const responseKind = field(2, Buffer.concat([field(1, ""), field(2, ""), field(3, "Lease")]));
    expect(bytes(protobuf as ApiResponse).includes(Buffer.concat([field(1, "leases"), responseKind, field(3, "Namespaced")]))).toBe(true);
  });

  it("wins over plain forms whatever their order and quality, and only as a whole", async () => {
    const kindOf = async (accept: string) => JSON.parse(text(await get("/apis", accept))).kind;
    expect(await kindOf(`application/json,application/json;${AGGREGATED}`)).toBe("APIGroupDiscoveryList");
    expect(await kindOf(`application/json;${AGGREGATED};q=0.5,application/json;q=0.9`)).toBe("APIGroupDiscoveryList");
    expect(await kindOf("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json")).toBe("APIGroupList");
    expect((await get("/apis", "application/json;g=apidiscovery.k8s.io;v=v2")).status).toBe(406);
    expect((await get("/apis/", `application/json;${AGGREGATED}`)).status).toBe(406);
  });

  it("is not sent again to who has it", async () => {
    const { headers } = await get("/api", `application/json;${AGGREGATED}`);
    expect((await get("/api", `application/json;${AGGREGATED}`, { "if-none-match": headers.etag as string })).status).toBe(304);
  });
});

it("the index is JSON, whatever the client accepts", async () => {
  for (const accept of [undefined, PROTOBUF, "text/html"]) {
    const response = await get("/", accept);
    expect([response.status, response.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(text(response)).paths).toContain("/apis/coordination.k8s.io/v1");
  }
});
