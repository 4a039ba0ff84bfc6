import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lampDefinition } from "../../../apiserver/testing/definition.ts";
import { eventually } from "../../tools/eventually.ts";
import { type Answer, startTestServer, type TestServer } from "../../tools/server.ts";
import { complaints, kindsIn } from "./openapi-v2.ts";

/**
 * The provider `kubernetes` itself cannot be had from a package registry, so what it asks is asked here, request by request, in the order and with
 * the headers that it uses.
 */
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "tf" } });
});
afterAll(() => server.close());

const AGENT = { "user-agent": "HashiCorp/1.0 Terraform/1.9.8" };
const AGGREGATED = {
  accept:
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
};
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.send("GET", path, undefined, { ...AGENT, accept: "application/json, */*", ...headers });

const apply = (path: string, body: object, { force = false, dryRun = false } = {}): Promise<Answer> =>
  server.send("PATCH", `${path}?${dryRun ? "dryRun=All&" : ""}fieldManager=Terraform&force=${force}`, JSON.stringify(body), {
    ...AGENT,
    "content-type": "application/apply-patch+yaml",
  });

/** What every plan asks first. Any failure would be fatal for every kind. */
async function plan(): Promise<Answer> {
  for (const [path, headers] of [
    ["/apis", {}],
    ["/api", AGGREGATED],
    ["/apis", AGGREGATED],
  ] as const) {
    expect((await get(path, headers)).status, path).toBe(200);
  }
  const [openapi, definitions] = await Promise.all([get("/openapi/v2"), get(CRDS)]);
  expect([openapi.status, openapi.headers["content-type"], definitions.status]).toEqual([200, "application/json", 200]);
  return openapi;
}

/** What a plan knows must come back unchanged, or Terraform stops: everything that the configuration says. */
function expectKept(configured: object, answered: unknown): void {
  expect(answered).toMatchObject(configured);
}

describe("the plan of any resource", () => {
  it("finds every kind in OpenAPI v2, without anything that the provider's parser cannot read", async () => {
    const openapi = await plan();
    expect(complaints(openapi.body)).toEqual([]);
    expect(kindsIn(openapi.body)).toEqual(
      expect.arrayContaining([
        "/v1/ConfigMap",
        "coordination.k8s.io/v1/Lease",
        "networking.datumapis.com/v1alpha/Network",
        "compute.datumapis.com/v1alpha/Workload",
      ]),
    );
  });

  it("still does when somebody has defined kinds", async () => {
    const properties = {
      spec: {
        type: "object",
        properties: { size: { "x-kubernetes-int-or-string": true }, any: { "x-kubernetes-preserve-unknown-fields": true } },
      },
    };
    await server.send("POST", CRDS, lampDefinition([{ properties }], { plural: "planned", kind: "Planned" }));
    await eventually(async () => expect(kindsIn((await get("/openapi/v2")).body)).toContain("example.com/v1/Planned"));
    expect(complaints((await get("/openapi/v2")).body)).toEqual([]);
    expect((await get(CRDS)).body.items[0].spec.versions[0].schema.openAPIV3Schema.properties.spec.properties).toEqual(
      properties.spec.properties,
    );
    await server.send("DELETE", `${CRDS}/planned.example.com`);
  });

  it("is not read amiss: the check that finds nothing can find something", () => {
    const objectMeta = { type: "object", properties: {} };
    const document = (definition: object) =>
      ({ definitions: { "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": objectMeta, A: definition } }) as never;
    expect(complaints(document({ type: ["string"] }))).toEqual(['A has a type of another type: ["string"]']);
    expect(complaints(document({ $ref: "#/definitions/B" }))).toEqual(['A refers to "#/definitions/B"']);
    expect(complaints(document({ type: "object", properties: { a: { $ref: "#/definitions/A" } } }))).toEqual(["A.a contains itself"]);
    expect(complaints(document({ type: "array" }))).toEqual(["A is an array without items"]);
    expect(complaints(document({ "x-kubernetes-group-version-kind": {} }))).toEqual(["A names its kinds in something that is no list"]);
    expect(complaints({ definitions: {} })).toEqual(["the document has no definitions"]);
  });
});

const network = (mtu: number) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name: "n", namespace: "tf", labels: { tier: "a" } },
  spec: { ipFamilies: ["IPv4", "IPv6"], ipam: { mode: "Auto", ipv4Range: "10.0.0.0/8" }, mtu },
});
const configMap = (data: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n", namespace: "tf" }, data });

describe.each([
  ["a built-in kind", "/api/v1/namespaces/tf/configmaps", configMap({ a: "1" }), configMap({ a: "2", b: "3" })],
  ["a kind of Datum's", "/apis/networking.datumapis.com/v1alpha/namespaces/tf/networks", network(1400), network(1500)],
])("kubernetes_manifest of %s", (_, collection, first, second) => {
  const path = `${collection}/n`;

  it("is created after a look that nothing is there, and waited for", async () => {
    await plan();
    expect(await get(path)).toMatchObject({ status: 404, body: { kind: "Status", reason: "NotFound" } });
    const created = await apply(path, first);
    expect(created.status).toBe(201);
    expectKept(first, created.body);
    expectKept(first, (await get(path)).body);
  });

  it("is updated by an apply alone, and stays what it is when nothing changes", async () => {
    const updated = await apply(path, second);
    expect(updated.status).toBe(200);
    expectKept(second, updated.body);
    const again = await apply(path, second);
    // a controller of the server's may write the status of a kind that has one meanwhile
    const versionOf = ({ body: { metadata } }: Answer) => metadata.generation ?? metadata.resourceVersion;
    expect(versionOf(again)).toBe(versionOf(updated));
  });

  it("is planned by a dry run where the provider does not know the schema", async () => {
    expect((await apply(path, first, { dryRun: true })).status).toBe(200);
    expectKept(second, (await get(path)).body);
  });

  it("conflicts with what others manage, in words and causes that people are shown, unless it is forced", async () => {
    const { apiVersion, kind, metadata } = first;
    const theirs = { apiVersion, kind, metadata: { ...metadata, labels: { tier: "theirs" } } };
    await server.send("PATCH", `${path}?fieldManager=them&force=true`, JSON.stringify(theirs), {
      "content-type": "application/apply-patch+yaml",
    });
    const conflict = await apply(path, { ...second, metadata: { ...second.metadata, labels: { tier: "mine" } } });
    expect(conflict).toMatchObject({ status: 409, body: { reason: "Conflict", message: expect.stringContaining('conflict with "them"') } });
    expect(conflict.body.details.causes).toContainEqual({
      reason: "FieldManagerConflict",
      message: 'conflict with "them"',
      field: ".metadata.labels.tier",
    });
    expect((await apply(path, second, { force: true })).status).toBe(200);
  });

  it("is imported by what it is called", async () => {
    await plan();
    expectKept(second, (await get(path)).body);
  });

  it("is destroyed, and gone when it is looked for", async () => {
    expect((await server.send("DELETE", path, undefined, AGENT)).status).toBe(200);
    await eventually(async () => expect((await get(path)).status).toBe(404));
  });
});

it("what is wrong with a configuration is told cause by cause", async () => {
  const bad = await apply("/apis/networking.datumapis.com/v1alpha/namespaces/tf/networks/bad", {
    ...network(99_999),
    metadata: { name: "bad", namespace: "tf" },
  });
  expect(bad).toMatchObject({
    status: 422,
    body: { reason: "Invalid", details: { group: "networking.datumapis.com", kind: "Network", name: "bad" } },
  });
  expect(bad.body.details.causes).toMatchObject([{ field: "spec.mtu", message: expect.stringContaining("less than or equal to 8856") }]);
});

describe("typed resources", () => {
  const maps = "/api/v1/namespaces/tf/configmaps";
  const jsonPatch = { ...AGENT, "content-type": "application/json-patch+json" };

  it("kubernetes_config_map: is looked for, read, and updated by a JSON patch that names no manager", async () => {
    await server.send("POST", maps, configMap({ a: "1" }), AGENT);
    const patch = [
      { op: "replace", path: "/data", value: { a: "2" } },
      { op: "replace", path: "/metadata/labels", value: { l: "x" } },
    ];
    const patched = await server.send("PATCH", `${maps}/n`, JSON.stringify(patch), jsonPatch);
    expect(patched.body).toMatchObject({ data: { a: "2" }, metadata: { labels: { l: "x" } } });
    expect(patched.body.metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toEqual(["HashiCorp"]);
  });

  it("kubernetes_config_map_v1_data: owns its keys alone, and takes them away with an empty map", async () => {
    const data = (values: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n", namespace: "tf" }, data: values });
    const mine = await apply(`${maps}/n`, data({ mine: "1" }), { force: true });
    expect(mine.body.data).toEqual({ a: "2", mine: "1" });
    const own = mine.body.metadata.managedFields.find(({ manager }: { manager: string }) => manager === "Terraform");
    expect(own.fieldsV1).toEqual({ "f:data": { "f:mine": {} } });
    expect((await apply(`${maps}/n`, data({}), { force: true })).body.data).toEqual({ a: "2" });
  });

  it("kubernetes_config_map: refuses to change one that is immutable", async () => {
    await server.send("POST", maps, { ...configMap({ a: "1" }), metadata: { name: "fixed" }, immutable: true }, AGENT);
    const patch = [{ op: "replace", path: "/data", value: { a: "2" } }];
    expect((await server.send("PATCH", `${maps}/fixed`, JSON.stringify(patch), jsonPatch)).status).toBe(422);
  });

  it("kubernetes_labels: are applied by themselves and given up again", async () => {
    const labels = (values: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n", namespace: "tf", labels: values } });
    const labelled = await apply(`${maps}/n`, labels({ own: "1" }));
    const own = labelled.body.metadata.managedFields.find(({ manager }: { manager: string }) => manager === "Terraform");
    expect(own.fieldsV1).toEqual({ "f:metadata": { "f:labels": { "f:own": {} } } });
    expect((await apply(`${maps}/n`, labels({}))).body.metadata.labels).toEqual({ l: "x" });
  });

  it("kubernetes_secret: sends texts, and reads bytes", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { k: "v" }, type: "Opaque" };
    expect((await server.send("POST", "/api/v1/namespaces/tf/secrets", secret, AGENT)).body).toMatchObject({ data: { k: "dg==" } });
  });

  it("kubernetes_namespace: says at once that it is going, and is gone soon", async () => {
    await server.send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "going" } }, AGENT);
    await server.send("POST", "/api/v1/namespaces/going/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
    const deleted = await server.send("DELETE", "/api/v1/namespaces/going", undefined, AGENT);
    expect(deleted.body).toMatchObject({ status: { phase: "Terminating" }, metadata: { deletionTimestamp: expect.any(String) } });
    await eventually(async () => expect((await get("/api/v1/namespaces/going")).status).toBe(404));
  });

  it("data.kubernetes_server_version: has every field", async () => {
    const { body } = await get("/version");
    const fields = ["buildDate", "compiler", "gitCommit", "gitTreeState", "gitVersion", "goVersion", "major", "minor", "platform"];
    expect(Object.keys(body)).toEqual(expect.arrayContaining(fields));
  });
});
