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
