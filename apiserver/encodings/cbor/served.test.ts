import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf, type Served, serve } from "../../testing/serve.ts";
import { cborToJson } from "./decode.ts";
import { encodeCbor } from "./encode.ts";

const CBOR = "application/cbor";
const MAPS = "/api/v1/namespaces/default/configmaps";
const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";
const MARK = "d9d9f7";

let server: Served;
const start = async (cbor: boolean) => {
  server = await serve({ cbor });
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
};
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

/** Sends CBOR, and reads the answer if it is that. */
const ask = async (method: string, target: string, body?: object, headers: Record<string, string> = {}) => {
  const {
    status,
    headers: answered,
    bytes,
  } = await server.ask(method, target, {
    ...(body && { body: body instanceof Uint8Array ? body : encodeCbor(body) }),
    headers: { accept: CBOR, "content-type": CBOR, ...headers },
  });
  const isCbor = answered["content-type"] === CBOR;
  if (isCbor) expect(bytes.subarray(0, 3).toString("hex")).toBe(MARK);
  return { status, type: answered["content-type"], body: JSON.parse(isCbor ? cborToJson(bytes) : bytes.toString()) };
};
const network = (name: string) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name },
  spec: { ipam: { mode: "Auto" } },
});

describe("a server that speaks CBOR", () => {
  beforeEach(() => start(true));

  it("takes and gives objects of every kind", async () => {
    for (const [collection, object] of [
      [MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "ö" }, binaryData: { b: "AQID" } }],
      [NETWORKS, network("a")],
    ] as const) {
      const created = await ask("POST", collection, object);
      expect(created).toMatchObject({ status: 201, type: CBOR, body: object });
      expect((await ask("GET", `${collection}/a`)).body).toEqual(created.body);
      expect((await server.ask("GET", `${collection}/a`)).json()).toEqual(created.body);
      expect((await ask("PUT", `${collection}/a`, created.body)).body).toEqual(created.body);
      expect(await ask("DELETE", `${collection}/a`, { propagationPolicy: "Background" })).toMatchObject({ status: 200, type: CBOR });
    }
  });

  it("gives lists of any length, tables, metadata alone and discovery", async () => {
    expect((await ask("GET", MAPS)).body.items).toEqual([]);
    for (const name of ["a", "b", "c"]) await ask("POST", MAPS, { metadata: { name }, binaryData: { x: "AQID" } });
    const list = await ask("GET", MAPS);
    expect(list.body).toEqual((await server.ask("GET", MAPS)).json());
    const as = (kind: string, target = MAPS) => ask("GET", target, undefined, { accept: `${CBOR};as=${kind};g=meta.k8s.io;v=v1` });
    expect((await as("Table")).body).toMatchObject({ kind: "Table", rows: [{ cells: ["a", 1, expect.anything()] }, {}, {}] });
    expect((await as("PartialObjectMetadataList")).body.items.map((item: { kind: string }) => item.kind)).toHaveLength(3);
    expect((await as("PartialObjectMetadata", `${MAPS}/a`)).body).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "a" } });
    expect((await ask("GET", "/api/v1")).body).toMatchObject({ kind: "APIResourceList" });
    const discovery = { accept: `${CBOR};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList` };
    const aggregated = await server.ask("GET", "/apis", { headers: discovery });
    expect(aggregated.headers["content-type"]).toBe(`${CBOR};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`);
    expect(JSON.parse(cborToJson(aggregated.bytes))).toEqual(
      (await server.ask("GET", "/apis", { headers: { accept: discovery.accept.replace("cbor", "json") } })).json(),
    );
  });

  it("watches in a sequence of documents", async () => {
    await ask("POST", MAPS, { metadata: { name: "a" } });
    const response = await server.open(`${MAPS}?watch=1&resourceVersion=0`, { accept: CBOR });
    expect(response.headers["content-type"]).toBe("application/cbor-seq");
    expect(JSON.parse(cborToJson(await bytesOf(response)))).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
  });

  it("applies it, and refuses doubled keys in it", async () => {
    const headers = { "content-type": "application/apply-patch+cbor" };
    for (const [collection, object] of [
      [MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } }],
      [NETWORKS, network("a")],
    ] as const) {
      const target = `${collection}/a?fieldManager=me`;
      expect(await ask("PATCH", target, object, headers)).toMatchObject({ status: 201, type: CBOR, body: object });
      expect(await ask("PATCH", target, object, headers)).toMatchObject({ status: 200 });
    }
    const doubled = Buffer.from("a2616101416102", "hex");
    const refused = await ask("PATCH", `${MAPS}/a?fieldManager=me`, doubled, headers);
    expect(refused.body.message).toBe('error decoding patch: cbor: found duplicate map key "a" at map element index 1');
  });

  it("takes the scale of a kind and patches in JSON as ever", async () => {
    await ask("POST", MAPS, { metadata: { name: "a" } });
    const patched = await server.ask("PATCH", `${MAPS}/a`, {
      body: { data: { a: "1" } },
      headers: { accept: CBOR, "content-type": "application/merge-patch+json" },
    });
    expect(JSON.parse(cborToJson(patched.bytes))).toMatchObject({ data: { a: "1" } });
  });

  it("tells what is wrong, in CBOR too", async () => {
    expect(await ask("GET", `${MAPS}/nothing`)).toMatchObject({ status: 404, type: CBOR, body: { kind: "Status", reason: "NotFound" } });
    expect(await ask("POST", MAPS, Buffer.from("a1", "hex"))).toMatchObject({ status: 400, body: { reason: "BadRequest" } });
    expect((await ask("POST", `${MAPS}?fieldValidation=Strict`, { metadata: { name: "a" }, wrong: 1 })).body.message).toContain(
      'unknown field "wrong"',
    );
    expect((await ask("POST", MAPS, { x: 1 }, { "content-type": "text/plain" })).body.message).toBe(
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor",
    );
  });
});

describe("a server that does not", () => {
  beforeEach(() => start(false));

  it("refuses it, which tells clients to go on with JSON", async () => {
    const refused = "the body of the request was in an unknown format - accepted media types include: ";
    const spoken = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    const headers = { accept: "application/json" };
    expect(await ask("POST", MAPS, { metadata: { name: "a" } }, headers)).toMatchObject({
      status: 415,
      body: { message: refused + spoken },
    });
    const apply = { ...headers, "content-type": "application/apply-patch+cbor" };
    expect((await ask("PATCH", `${NETWORKS}/a?fieldManager=me`, network("a"), apply)).status).toBe(415);
    expect((await server.ask("GET", NETWORKS, { headers: { accept: CBOR } })).status).toBe(406);
  });
});
