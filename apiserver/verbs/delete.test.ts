import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lampDefinition } from "../testing/definition.ts";
import { type Served, serve } from "../testing/serve.ts";

let server: Served;
beforeEach(async () => {
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "ns" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

const NS = "/api/v1/namespaces/ns";
const MAPS = `${NS}/configmaps`;
const create = async (name: string, metadata: object = {}) =>
  (await server.ask("POST", MAPS, { body: { metadata: { name, ...metadata } } })).json().metadata;
const remove = async (target: string, options?: object) => {
  const { status, json } = await server.ask("DELETE", target, options && { body: { apiVersion: "v1", kind: "DeleteOptions", ...options } });
  return { status, body: json() };
};

describe("a deletion", () => {
  it.each([
    [{}, 200, ["example.com/hold"]],
    [{ propagationPolicy: "Foreground" }, 200, ["example.com/hold", "foregroundDeletion"]],
    [{ propagationPolicy: "Orphan" }, 200, ["example.com/hold", "orphan"]],
    [{ orphanDependents: true }, 200, ["example.com/hold", "orphan"]],
    [{ orphanDependents: false }, 202, ["example.com/hold"]],
  ])("by %o only marks what is held, and answers %i with the object", async (options, code, finalizers) => {
    await create("a", { finalizers: ["example.com/hold"] });
    const { status, body } = await remove(`${MAPS}/a`, options);
    expect(status).toBe(code);
    expect(body).toMatchObject({ kind: "ConfigMap", metadata: { finalizers, deletionGracePeriodSeconds: 0 } });
  });

  it("of what nothing holds answers 200 with a Status, and never 202", async () => {
    const { uid } = await create("a");
    const { status, body } = await remove(`${MAPS}/a`, { orphanDependents: false });
    expect([status, body.kind, body.details]).toEqual([200, "Status", { name: "a", kind: "configmaps", uid }]);
  });

  it("counts the generation of a kind that has one, once", async () => {
    const locations = "/apis/networking.datumapis.com/v1alpha/locations";
    const spec = {
      locationClassName: "datum-managed",
      topology: { "topology.datum.net/city-code": "DFW" },
      provider: { gcp: { projectId: "p", region: "r", zone: "z" } },
    };
    const type = { apiVersion: "networking.datumapis.com/v1alpha", kind: "Location" };
    await server.ask("POST", locations, { body: { ...type, metadata: { name: "l", finalizers: ["example.com/hold"] }, spec } });
    for (let i = 0; i < 2; i++) expect((await remove(`${locations}/l`)).body.metadata.generation).toBe(2);
  });

  it("leaves the finalizers in their order where it changes none", async () => {
    await create("a", { finalizers: ["orphan", "example.com/hold"] });
    const { body } = await remove(`${MAPS}/a`, { propagationPolicy: "Orphan" });
    expect(body.metadata.finalizers).toEqual(["orphan", "example.com/hold"]);
  });

  it("of a definition sets its grace period the second time", async () => {
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const definition = lampDefinition();
    definition.metadata.finalizers = ["example.com/hold"];
    await server.ask("POST", definitions, { body: definition });
    const first = (await remove(`${definitions}/lamps.example.com`)).body.metadata;
    expect([first.deletionGracePeriodSeconds, first.generation]).toEqual([undefined, 1]);
    const second = (await remove(`${definitions}/lamps.example.com`)).body.metadata;
    expect([second.deletionGracePeriodSeconds, second.generation]).toEqual([0, 1]);
    expect((await remove(`${definitions}/lamps.example.com`)).body.metadata.resourceVersion).toBe(second.resourceVersion);
  });

  it("may follow another policy when it is asked for again", async () => {
    await create("a", { finalizers: ["example.com/hold"] });
    await remove(`${MAPS}/a`, { propagationPolicy: "Foreground" });
    const { body } = await remove(`${MAPS}/a`, { propagationPolicy: "Background" });
    expect(body.metadata.finalizers).toEqual(["example.com/hold"]);
  });

  it("is refused where the object is another, or has changed", async () => {
    const { uid, resourceVersion } = await create("a");
    const old = await remove(`${MAPS}/a`, { preconditions: { uid, resourceVersion: "1" } });
    expect([old.status, old.body.message]).toEqual([
      409,
      `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    ]);
    const other = await remove(`${MAPS}/a`, { preconditions: { uid: "u", resourceVersion } });
    expect([other.status, other.body.message]).toEqual([
      409,
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (u) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    ]);
    expect((await remove(`${MAPS}/a`, { preconditions: { uid, resourceVersion } })).status).toBe(200);
  });
});

describe("the deletion of a namespace", () => {
  it("is refused in words of its own", async () => {
    const { uid, resourceVersion } = (await server.ask("GET", NS)).json().metadata;
    const refusal = async (preconditions: object) => (await remove(NS, { preconditions })).body.message;
    expect(await refusal({ uid: "u" })).toBe(
      `Operation cannot be fulfilled on namespaces "ns": Precondition failed: UID in precondition: u, UID in object meta: ${uid}`,
    );
    expect(await refusal({ resourceVersion: "1" })).toBe(
      `Operation cannot be fulfilled on namespaces "ns": Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: ${resourceVersion}`,
    );
  });

  it("changes nothing when it is asked for again, by another policy either, while its spec has finalizers", async () => {
    const first = await remove(NS, { propagationPolicy: "Orphan" });
    expect(first.body).toMatchObject({ metadata: { finalizers: ["orphan"] }, status: { phase: "Terminating" } });
    const again = await remove(NS, { propagationPolicy: "Foreground" });
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  it("removes it when it is asked for again and nothing holds it any more", async () => {
    await server.ask("PUT", `${NS}/finalize`, { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" }, spec: {} } });
    expect((await remove(NS)).body.status.phase).toBe("Terminating");
    expect((await server.ask("GET", NS)).status).toBe(200);
    expect((await remove(NS)).status).toBe(200);
    expect((await server.ask("GET", NS)).status).toBe(404);
  });
});
