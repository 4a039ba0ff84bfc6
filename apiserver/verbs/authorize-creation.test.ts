import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALLOW, type Attributes, DENY } from "../authorization/authorizer.ts";
import { type Served, serve } from "../testing/serve.ts";

const CONFIG_MAPS = "/api/v1/namespaces/ns/configmaps";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/ns/leases";
const bob = { name: "bob", groups: ["system:authenticated"] };

/** What was asked about bob: `create ns/configmaps/a`. */
let asked: string[];
/** The verbs that bob has. */
let verbs: Set<string>;
let server: Served;

const authorizer = ({ user, info }: Attributes) => {
  asked.push(`${info.verb} ${info.namespace}/${info.resource}/${info.name}`);
  return user.name === "bob" && verbs.has(info.verb) ? ALLOW : DENY;
};

beforeEach(async () => {
  asked = [];
  server = await serve({ authorizers: [authorizer] });
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "ns" } } });
});

afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

const configMap = (name: string, data: object = { b: "2" }) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
const lease = (name: string, spec: object = {}) => ({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec });
const apply = (name: string, query = "", body: object = configMap(name)) =>
  server.ask("PATCH", `${CONFIG_MAPS}/${name}?fieldManager=bob${query}`, {
    user: bob,
    headers: { "content-type": "application/apply-patch+yaml" },
    body,
  });
const put = (name: string, spec?: object) => server.ask("PUT", `${LEASES}/${name}`, { user: bob, body: lease(name, spec) });

it("a right to create that cannot be found out is an error of the server's", async () => {
  const unsure = await serve({
    authorizers: [({ info }) => (info.verb === "create" ? { verdict: "no-opinion", error: "the webhook is away" } : ALLOW)],
  });
  await unsure.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "ns" } } });
  const { status, json } = await unsure.ask("PUT", `${LEASES}/a`, { user: bob, body: lease("a") });
  expect([status, json().message]).toEqual([500, "Internal error occurred: the webhook is away"]);
  expect(await unsure.close()).toEqual([]);
});

describe("an apply of what is not there", () => {
  beforeEach(() => {
    verbs = new Set(["patch"]);
  });

  it("needs the right to create, in a dry run too", async () => {
    for (const query of ["", "&dryRun=All"]) {
      const answer = await apply("new", query);
      expect(answer.status).toBe(403);
      expect(answer.json()).toMatchObject({
        message: 'configmaps "new" is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "ns"',
        reason: "Forbidden",
        details: { name: "new", kind: "configmaps" },
      });
    }
    expect(asked).toEqual(["patch ns/configmaps/new", "create ns/configmaps/new", "patch ns/configmaps/new", "create ns/configmaps/new"]);
    expect((await server.ask("GET", `${CONFIG_MAPS}/new`)).status).toBe(404);
  });

  it("is made by who has it", async () => {
    verbs.add("create");
    expect((await apply("new")).status).toBe(201);
  });

  it("is told first what is wrong with the object", async () => {
    expect((await apply("new", "", configMap("new", { "a b": "1" }))).status).toBe(422);
  });

  it("is another affair than one of what is there", async () => {
    await server.ask("POST", CONFIG_MAPS, { body: configMap("there") });
    expect((await apply("there")).status).toBe(200);
    expect(asked).toEqual(["patch ns/configmaps/there"]);
  });

  it("of a namespace is asked for in that namespace", async () => {
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } };
    const headers = { "content-type": "application/apply-patch+yaml" };
    const answer = await server.ask("PATCH", "/api/v1/namespaces/new?fieldManager=bob", { user: bob, headers, body });
    expect(answer.json().message).toBe(
      'namespaces "new" is forbidden: User "bob" cannot create resource "namespaces" in API group "" in the namespace "new"',
    );
  });
});

describe("a PUT of what is not there, of a kind that is created so", () => {
  beforeEach(() => {
    verbs = new Set(["update"]);
  });

  it("needs the right to create", async () => {
    const answer = await put("new");
    expect(answer.status).toBe(403);
    expect(answer.json().message).toBe(
      'leases.coordination.k8s.io "new" is forbidden: User "bob" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "ns"',
    );
    expect(asked).toEqual(["update ns/leases/new", "create ns/leases/new"]);
    verbs.add("create");
    expect((await put("new")).status).toBe(201);
  });

  it("is told first what is wrong with the object", async () => {
    expect((await put("new", { leaseDurationSeconds: -1 })).status).toBe(422);
  });
});

it("a POST is asked about once, without a name", async () => {
  verbs = new Set(["create"]);
  expect((await server.ask("POST", CONFIG_MAPS, { user: bob, body: configMap("a") })).status).toBe(201);
  expect(asked).toEqual(["create ns/configmaps/"]);
});
