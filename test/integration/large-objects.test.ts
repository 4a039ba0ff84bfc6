import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tools/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

const NAMESPACES = "/api/v1/namespaces";

/** A namespace with as many labels as make so many bytes, about. */
const namespace = (name: string, bytes: number) => {
  const labels = Object.fromEntries(
    Array.from({ length: bytes / 75 }, (_, index) => [`k${String(index).padStart(6, "0")}`, "v".repeat(63)]),
  );
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
};

it("stores more than a megabyte, and refuses what no etcd would take in etcd's words, as kube-apiserver passes them on", async () => {
  const fits = await server.send("POST", NAMESPACES, namespace("fits", 1_000_000));
  expect(fits.status).toBe(201);
  expect((await server.send("GET", `${NAMESPACES}/fits`)).body.metadata.labels).toEqual(fits.body.metadata.labels);

  const refused = await server.send("POST", NAMESPACES, namespace("too-large", 1_800_000));
  const tooLarge = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "etcdserver: request is too large",
    code: 500,
  };
  expect([refused.status, refused.body]).toEqual([500, tooLarge]);
  expect((await server.send("GET", `${NAMESPACES}/too-large`)).status).toBe(404);
  const put = await server.send("PUT", `${NAMESPACES}/fits`, namespace("fits", 1_800_000));
  expect([put.status, put.body]).toEqual([500, tooLarge]);
  expect((await server.send("GET", `${NAMESPACES}/fits`)).body.metadata.resourceVersion).toBe(fits.body.metadata.resourceVersion);
});

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

it("stores an object without the owners of its fields where it would be too large with them, but for an apply", async () => {
  // of 1.7 MB, half are owners
  const data = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${String(index).padStart(6, "0")}`, "v"]));
  const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
  expect((await server.send("POST", CONFIG_MAPS, { ...configMap("patched"), data: {} })).status).toBe(201);
  const merge = { "content-type": "application/merge-patch+json" };
  const answers = [
    await server.send("POST", CONFIG_MAPS, configMap("created")),
    await server.send("PUT", `${CONFIG_MAPS}/created`, { ...configMap("created"), immutable: false }),
    await server.send("PATCH", `${CONFIG_MAPS}/patched`, JSON.stringify({ data }), merge),
  ];
  expect(answers.map(({ status, body }) => [status, body.metadata.managedFields])).toEqual([
    [201, undefined],
    [200, undefined],
    [200, undefined],
  ]);
  expect(Object.keys((await server.send("GET", `${CONFIG_MAPS}/patched`)).body.data)).toHaveLength(60_000);

  const apply = { "content-type": "application/apply-patch+yaml" };
  const applied = await server.send("PATCH", `${CONFIG_MAPS}/applied?fieldManager=test`, JSON.stringify(configMap("applied")), apply);
  expect([applied.status, applied.body.message]).toEqual([500, "etcdserver: request is too large"]);
  expect((await server.send("GET", `${CONFIG_MAPS}/applied`)).status).toBe(404);
});
