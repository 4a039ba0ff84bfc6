import { readFile } from "node:fs/promises";
import * as https from "node:https";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { freshEtcd, startTestServer, type TestServer, testStorage } from "../tools/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function create(collection: string, object: object) {
  const { status, text, body } = await server.send("POST", collection, object);
  if (status !== 201) throw new Error(text);
  return body;
}

/** Answers what is there, once it is. */
const there = (address: string) =>
  eventually(async () => {
    const { status, body } = await server.send("GET", address);
    expect(status).toBe(200);
    return body;
  });

const decoded = (base64: string) => Buffer.from(base64, "base64").toString();

/** Asks who one is with a token, as a program does that has nothing but what lies in its namespace. */
function whoAmI(token: string, ca: string): Promise<{ status: number; name?: string }> {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const address = `${server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
    const request = https.request(address, { method: "POST", ca, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const { status } = JSON.parse(Buffer.concat(chunks).toString());
      resolve({ status: response.statusCode ?? 0, ...(status?.userInfo && { name: status.userInfo.username }) });
    });
    request.on("error", reject);
    request.end(body);
  });
}

describe("a new namespace", () => {
  const core = "/api/v1/namespaces/fresh";
  beforeAll(() => create("/api/v1/namespaces", { metadata: { name: "fresh" } }));

  it("has a service account, and the certificate to trust the server by, with which a program asks", async () => {
    await there(`${core}/serviceaccounts/default`);
    const ca = (await there(`${core}/configmaps/kube-root-ca.crt`)).data["ca.crt"];
    expect(ca).toBe(await readFile(path.join(server.dataDir, "pki", "ca.crt"), "utf8"));
    const spec = { audiences: [], expirationSeconds: 600 };
    const { status } = await create(`${core}/serviceaccounts/default/token`, { spec });
    expect(await whoAmI(status.token, ca)).toEqual({ status: 201, name: "system:serviceaccount:fresh:default" });
  });

  it("has what is to lie in it within moments, as do those of the system", async () => {
    const begun = performance.now();
    await create("/api/v1/namespaces", { metadata: { name: "quick" } });
    await there("/api/v1/namespaces/quick/serviceaccounts/default");
    expect(performance.now() - begun).toBeLessThan(2_000);
    for (const name of ["default", "kube-system", "kube-public"]) {
      await there(`/api/v1/namespaces/${name}/serviceaccounts/default`);
      await there(`/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`);
    }
  });
});

describe("a Secret that asks for a token of a service account", () => {
  const core = "/api/v1/namespaces/tokens";
  beforeAll(() => create("/api/v1/namespaces", { metadata: { name: "tokens" } }));

  const secretFor = (account: string) =>
    create(`${core}/secrets`, {
      metadata: { name: `${account}-token`, annotations: { "kubernetes.io/service-account.name": account } },
      type: "kubernetes.io/service-account-token",
    });
  const filled = (account: string) =>
    eventually(async () => {
      const { data } = (await server.send("GET", `${core}/secrets/${account}-token`)).body;
      expect(Object.keys(data ?? {})).toContain("token");
      return data;
    });

  it("gets one that is taken until the Secret or the account goes", async () => {
    for (const account of ["by-secret", "by-account"]) {
      await create(`${core}/serviceaccounts`, { metadata: { name: account } });
      await secretFor(account);
      const { token, "ca.crt": ca, namespace } = await filled(account);
      expect(decoded(namespace)).toBe("tokens");
      const ask = () => whoAmI(decoded(token), decoded(ca));
      expect(await ask()).toEqual({ status: 201, name: `system:serviceaccount:tokens:${account}` });
      await server.send("DELETE", account === "by-secret" ? `${core}/secrets/by-secret-token` : `${core}/serviceaccounts/by-account`);
      await eventually(async () => expect(await ask()).toEqual({ status: 401 }));
      await eventually(async () => expect((await server.send("GET", `${core}/secrets/${account}-token`)).status).toBe(404));
    }
  });
});

// an embedded store has one server
it.skipIf(testStorage === "embedded")(
  "servers of one etcd that have authorities of their own do not write against one another",
  async () => {
    const etcd = freshEtcd();
    const first = await startTestServer({ etcd });
    const root = "/api/v1/namespaces/shared/configmaps/kube-root-ca.crt";
    const token = "/api/v1/namespaces/shared/secrets/token";
    const annotations = { "kubernetes.io/service-account.name": "default" };
    try {
      await first.send("POST", "/api/v1/namespaces", { metadata: { name: "shared" } });
      await eventually(async () => expect((await first.send("GET", root)).status).toBe(200));
      await eventually(async () => expect((await first.send("GET", "/api/v1/namespaces/shared/serviceaccounts/default")).status).toBe(200));
      const secret = { metadata: { name: "token", annotations }, type: "kubernetes.io/service-account-token" };
      await first.send("POST", "/api/v1/namespaces/shared/secrets", secret);
      await eventually(async () => expect((await first.send("GET", token)).body.data?.token).toBeDefined());

      const second = await startTestServer({ etcd });
      try {
        const ca = await readFile(path.join(second.dataDir, "pki", "ca.crt"), "utf8");
        await eventually(async () => expect((await first.send("GET", root)).body.data).toEqual({ "ca.crt": ca }));
        await eventually(async () => expect(decoded((await first.send("GET", token)).body.data["ca.crt"])).toBe(ca));
        const revisions = async () =>
          Promise.all([root, token].map(async (address) => (await second.send("GET", address)).body.metadata.resourceVersion));
        const before = await revisions();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(await revisions()).toEqual(before);
      } finally {
        await second.close();
      }
    } finally {
      await first.close();
    }
  },
);
