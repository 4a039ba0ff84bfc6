import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { apiVersionOf, type KubeObject } from "../../apimachinery/object.ts";
import { kinds } from "../../apis/kinds.ts";
import { eventually } from "../tools/eventually.ts";
import { kubectls } from "../tools/kubectl.ts";
import { startTestServer, type TestServer } from "../tools/server.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) => parseAllDocuments(readFileSync(folder + name, "utf8")).map((document) => document.toJS() as KubeObject));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Runs the newest kubectl in the namespace of the examples. */
async function kubectl(...args: string[]): Promise<string> {
  const newest = (await kubectls()).at(-1)!;
  const env = { PATH: process.env.PATH, HOME: server.dataDir, KUBECONFIG: server.kubeconfigPath };
  return (await promisify(execFile)(newest.path, ["--namespace=demo", ...args], { env })).stdout;
}

/** What the server made of a manifest. */
async function stored({ apiVersion, kind, metadata }: KubeObject): Promise<KubeObject> {
  const definition = kinds.find((candidate) => candidate.kind === kind && apiVersionOf(candidate) === apiVersion)!;
  const root = definition.group === "" ? "/api/v1" : `/apis/${apiVersion}`;
  const namespace = definition.scope === "Namespaced" ? "/namespaces/demo" : "";
  const { status, body } = await server.send("GET", `${root}${namespace}/${definition.plural}/${metadata.name}`);
  expect(status).toBe(200);
  return body;
}

const one = (kind: string, name?: string) =>
  stored(manifests.find((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name))!);

describe("the examples", () => {
  it("are applied with kubectl in one go, a namespace first", async () => {
    await kubectl("apply", "-f", `${folder}namespace.yaml`);
    const lines = (await kubectl("apply", "-f", folder)).trimEnd().split("\n");
    expect(lines).toHaveLength(manifests.length);
    expect(lines.filter((line) => !/ (created|unchanged)$/.test(line))).toEqual([]);
  });

  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    "become what they say: %s",
    async (_, manifest) => {
      const { stringData: _plain, ...expected } = manifest;
      expect(await stored(manifest)).toMatchObject(expected);
    },
  );

  it("get what they leave out", async () => {
    expect((await one("Secret")).data).toEqual({ username: "d2Vi", password: Buffer.from("change-me").toString("base64") });
    expect((await one("Secret")).stringData).toBeUndefined();
    expect((await one("Namespace")).metadata.labels).toMatchObject({ "kubernetes.io/metadata.name": "demo" });
    expect(await one("Workload", "database")).toMatchObject({
      spec: { placements: [{ scaleSettings: { instanceManagementPolicy: "OrderedReady", minReplicas: 1, maxReplicas: 3 } }] },
    });
  });

  it("come to life: the network is held and ready", async () => {
    await eventually(async () => expect((await one("Network")).status).toMatchObject({ conditions: [{ type: "Ready", status: "True" }] }));
    expect((await one("Network")).metadata.finalizers).toEqual(["networking.datumapis.com/network-controller"]);
    expect(await kubectl("wait", "network/default", "--for=condition=Ready", "--timeout=5s")).toContain("condition met");
  });

  it("are changed by nothing when they are applied again", async () => {
    const before = await Promise.all(manifests.map(stored));
    await kubectl("apply", "-f", folder);
    const revisions = (objects: KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.resourceVersion}`);
    expect(revisions(await Promise.all(manifests.map(stored)))).toEqual(revisions(before));
  });

  it("go when they are deleted", async () => {
    await kubectl("delete", "-f", folder, "--ignore-not-found", "--timeout=25s");
    expect(await kubectl("get", "namespaces", "-o", "name")).not.toContain("demo");
  });
});
