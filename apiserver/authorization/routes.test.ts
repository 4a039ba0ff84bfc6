import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kinds } from "../../apis/kinds.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { Core } from "../core.ts";
import type { ApiRequest, UserInfo } from "../request.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

/** Every address that the server knows, and some that it does not. */
const ADDRESSES = [
  ...kinds.flatMap(({ group, version, plural, scope }) => {
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const collection = scope === "Namespaced" ? `${root}/namespaces/default/${plural}` : `${root}/${plural}`;
    return [
      root,
      `${root}/${plural}`,
      `${root}/watch/${plural}`,
      collection,
      `${collection}?watch=1`,
      ...["", "/status", "/scale", "/finalize", "/token", "/none"].map((part) => `${collection}/default${part}`),
    ];
  }),
  ...[
    "/",
    "/index.html",
    "/api",
    "/api/",
    "/apis",
    "/apis/",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/api/v1",
    "/metrics",
    "/debug/pprof",
  ],
  ...kinds.map(({ group }) => `/apis/${group}`),
  ...["/api/v2", "/api/v1/widgets", "/apis/none.example.com/v1/things/a", "/nothing", "//api/v1", "/api/v1/namespaces/default/%2e%2e"],
];

/** What is known of everyone's paths. */
const PUBLIC = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

describe("every route", () => {
  const storage = new MemoryStorage();
  const core = new Core({ storage, kinds, productVersion: "0", serverAddress: "", onPanic: (error) => expect.fail(String(error)) });

  beforeAll(() => core.start());
  afterAll(async () => {
    core.close();
    await storage.close();
  });

  const post = (path: string, object: object): ApiRequest => ({
    method: "POST",
    path,
    query: "",
    headers: { "content-type": "application/json" },
    connection: { remoteAddress: "", clientCertificate: undefined, trustedUser: { name: "admin", groups: ["system:masters"] } },
    readBody: async () => Buffer.from(JSON.stringify(object)),
  });

  async function statusOf(method: string, address: string, user: UserInfo | undefined): Promise<number> {
    const [path = "", query = ""] = address.split("?");
    const request: ApiRequest = {
      method,
      path,
      query,
      headers: { "content-type": "application/json" },
      connection: { remoteAddress: "", clientCertificate: undefined, ...(user && { trustedUser: user }) },
      readBody: async () => expect.fail("a body was read before anyone was let in"),
    };
    return (await core.handle(request)).status;
  }

  /** What was answered with anything but the status that is due. */
  async function others(addresses: readonly string[], due: number, user?: UserInfo): Promise<string[]> {
    const found: string[] = [];
    for (const address of addresses) {
      for (const method of METHODS) {
        const status = await statusOf(method, address, user);
        if (status !== due) found.push(`${method} ${address}: ${status}`);
      }
    }
    return found;
  }

  it("answers 403 without credentials, whatever the method", async () => {
    expect(await others(ADDRESSES, 403)).toEqual([]);
  });

  it("answers 403 to a user without rights, whatever the method", async () => {
    expect(await others(ADDRESSES, 403, { name: "nobody", groups: ["system:authenticated"] })).toEqual([]);
  });

  it("takes no name or group that only looks like the administrators'", async () => {
    for (const groups of [["system:masters "], ["SYSTEM:MASTERS"], ["system:master"], []]) {
      expect(await others(["/api/v1/secrets"], 403, { name: "system:masters", groups })).toEqual([]);
    }
  });

  it("tells its health and version to everyone who asks with GET where a role says so, and nothing more", async () => {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    await core.handle(post(`${rbac}/clusterroles`, { metadata: { name: "r" }, rules: [{ verbs: ["get"], nonResourceURLs: PUBLIC }] }));
    const groups = ["system:unauthenticated", "nobodies"].map((name) => ({ kind: "Group", name }));
    const roleRef = { kind: "ClusterRole", name: "r" };
    await core.handle(post(`${rbac}/clusterrolebindings`, { metadata: { name: "r" }, subjects: groups, roleRef }));
    for (const address of PUBLIC) {
      expect(await statusOf("GET", address, undefined)).toBe(200);
      expect(await statusOf("GET", address, { name: "nobody", groups: ["nobodies"] })).toBe(200);
      expect(await statusOf("POST", address, undefined)).toBe(403);
      expect(await statusOf("DELETE", address, { name: "nobody", groups: ["nobodies"] })).toBe(403);
      expect(await statusOf("GET", `${address}/x`, { name: "nobody", groups: ["nobodies"] })).toBe(403);
    }
  });
});
