import * as https from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { eventually } from "../tools/eventually.ts";
import { freshEtcd, startTestServer, type TestServer, testStorage } from "../tools/server.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const JANE = { "impersonate-user": "jane" };
const ROUNDS = 15;

/** Where rights are changed, and where they are used; with etcd two servers share the store. */
let here: TestServer;
let there: TestServer;

beforeAll(async () => {
  const etcd = freshEtcd();
  here = await startTestServer({ etcd });
  there = testStorage === "embedded" ? here : await startTestServer({ etcd });
  const rules = [{ verbs: ["list", "watch"], apiGroups: [""], resources: ["configmaps"] }];
  await here.send("POST", `${RBAC}/roles`, { metadata: { name: "reader" }, rules });
});
afterAll(async () => {
  if (there !== here) await there.close();
  await here.close();
});

const bind = () =>
  here.send("POST", `${RBAC}/rolebindings`, {
    metadata: { name: "reader" },
    subjects: [{ kind: "User", name: "jane" }],
    roleRef: { kind: "Role", name: "reader" },
  });
const unbind = () => here.send("DELETE", `${RBAC}/rolebindings/reader`);
const statusThere = async () => (await there.send("GET", CONFIG_MAPS, undefined, JANE)).status;

/** Milliseconds until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await isSo())) if (performance.now() - start > 20_000) throw new Error("never");
  return performance.now() - start;
}
const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] as number;

/** A watch of jane's at the other server; resolves with its status and a promise of its end. */
async function watch(): Promise<{ status: number; ended: Promise<number>; close: () => void }> {
  const agent = new https.Agent(await credentialsIn(there.kubeconfigPath));
  return new Promise((resolve, reject) => {
    const request = https.get(`${there.url}${CONFIG_MAPS}?watch=1`, { agent, headers: JANE }, (response) => {
      const ended = new Promise<number>((end) => response.resume().on("end", () => end(performance.now())));
      resolve({ status: response.statusCode ?? 0, ended, close: () => agent.destroy() });
    });
    request.on("error", reject);
  });
}

describe(`a change to a binding, at ${testStorage === "embedded" ? "the server" : "one server of two"},`, () => {
  it("counts for requests within 100 ms, given or taken away", async () => {
    const given: number[] = [];
    const taken: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      expect((await bind()).status).toBe(201);
      given.push(await until(async () => (await statusThere()) === 200));
      expect((await unbind()).status).toBe(200);
      taken.push(await until(async () => (await statusThere()) === 403));
    }
    expect(median(given)).toBeLessThan(100);
    expect(median(taken)).toBeLessThan(100);
  });

  it("ends the watches that are no longer allowed within 100 ms", async () => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await bind();
      await eventually(async () => expect(await statusThere()).toBe(200));
      const { status, ended, close } = await watch();
      expect(status).toBe(200);
      await unbind();
      const start = performance.now();
      times.push((await ended) - start);
      close();
      expect(await statusThere()).toBe(403);
    }
    expect(median(times)).toBeLessThan(100);
  });

  it("to the role counts likewise", async () => {
    await bind();
    await eventually(async () => expect(await statusThere()).toBe(200));
    await here.send("PUT", `${RBAC}/roles/reader`, { metadata: { name: "reader" }, rules: [] });
    expect(await until(async () => (await statusThere()) === 403)).toBeLessThan(2_000);
  });
});
