import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  VersionApi,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { EMPTY_NAMESPACES, startTestServer, type TestServer } from "../tools/server.ts";

let server: TestServer;
let config: KubeConfig;
let core: CoreV1Api;

beforeAll(async () => {
  server = await startTestServer({ controllers: EMPTY_NAMESPACES });
  config = new KubeConfig();
  config.loadFromFile(server.kubeconfigPath);
  core = config.makeApiClient(CoreV1Api);
});
afterAll(() => server.close());

/** A namespace of the test's own. */
async function newNamespace(name: string): Promise<string> {
  await core.createNamespace({ body: { metadata: { name } } });
  return name;
}

const networks = { group: "networking.datumapis.com", version: "v1alpha", plural: "networks" };
const network = (name: string) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name },
  spec: { ipam: { mode: "Auto" } },
});

const failure = async (work: Promise<unknown>): Promise<ApiException<unknown>> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error("this must fail with the server's answer", { cause: error });
  return error;
};

describe("@kubernetes/client-node", () => {
  it("tells the version, and what is served", async () => {
    expect(await config.makeApiClient(VersionApi).getCode()).toMatchObject({ major: "1", minor: "37" });
    expect((await core.getAPIResources()).resources.map(({ name }) => name)).toContain("configmaps");
  });

  it("creates, reads, lists, replaces, patches and deletes built-in kinds", async () => {
    const namespace = await newNamespace("typed");
    const created = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: "a", labels: { app: "web" } }, data: { a: "1" } },
    });
    expect(created).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace }, data: { a: "1" } });
    expect(created.metadata?.creationTimestamp).toBeInstanceOf(Date);
    expect(await core.readNamespacedConfigMap({ namespace, name: "a" })).toEqual(created);

    const replaced = await core.replaceNamespacedConfigMap({ namespace, name: "a", body: { ...created, data: { b: "2" } } });
    expect(replaced.data).toEqual({ b: "2" });
    const { code, body } = await failure(core.replaceNamespacedConfigMap({ namespace, name: "a", body: created }));
    expect([code, JSON.parse(body as string)]).toMatchObject([409, { reason: "Conflict" }]);

    const patched = await core.patchNamespacedConfigMap(
      { namespace, name: "a", body: { data: { c: "3" } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ b: "2", c: "3" });
    const byJsonPatch = await core.patchNamespacedConfigMap({ namespace, name: "a", body: [{ op: "remove", path: "/data/b" }] });
    expect(byJsonPatch.data).toEqual({ c: "3" });

    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "b" } } });
    expect((await core.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
    expect((await core.listNamespacedConfigMap({ namespace, labelSelector: "app=web" })).items).toHaveLength(1);
    expect((await core.listConfigMapForAllNamespaces({ fieldSelector: `metadata.namespace=${namespace}` })).items).toHaveLength(2);
    const page = await core.listNamespacedConfigMap({ namespace, limit: 1 });
    expect(page.metadata).toMatchObject({ _continue: expect.any(String), remainingItemCount: 1 });
    const next = await core.listNamespacedConfigMap({ namespace, limit: 1, _continue: page.metadata?._continue as string });
    expect(next.items.map(({ metadata }) => metadata?.name)).toEqual(["b"]);

    expect(await core.deleteNamespacedConfigMap({ namespace, name: "a" })).toMatchObject({ status: "Success" });
    expect((await failure(core.readNamespacedConfigMap({ namespace, name: "a" }))).code).toBe(404);
    await core.deleteCollectionNamespacedConfigMap({ namespace });
    expect((await core.listNamespacedConfigMap({ namespace })).items).toEqual([]);
  });

  it("keeps the bytes of secrets, and stores nothing on a dry run", async () => {
    const namespace = await newNamespace("secrets");
    const data = { key: Buffer.from([0, 255, 128]).toString("base64") };
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: "s" }, data } });
    expect((await core.readNamespacedSecret({ namespace, name: "s" })).data).toEqual(data);
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: "dry" } }, dryRun: "All" });
    expect((await core.listNamespacedServiceAccount({ namespace })).items).toEqual([]);
  });

  it("creates, patches, lists and deletes Datum's kinds", async () => {
    const namespace = await newNamespace("custom");
    const api = config.makeApiClient(CustomObjectsApi);
    const one = { ...networks, namespace, name: "n" };
    const created = await api.createNamespacedCustomObject({ ...networks, namespace, body: network("n") });
    expect(created).toMatchObject({ metadata: { name: "n", generation: 1 }, spec: { mtu: 1460, ipFamilies: ["IPv6"] } });
    const patched = await api.patchNamespacedCustomObject(
      { ...one, body: { spec: { mtu: 1400 } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    expect(patched).toMatchObject({ metadata: { generation: 2 }, spec: { mtu: 1400 } });
    await eventually(async () =>
      expect(await api.getNamespacedCustomObjectStatus(one)).toMatchObject({ status: { conditions: [{ type: "Ready", status: "True" }] } }),
    );
    expect((await api.listNamespacedCustomObject({ ...networks, namespace })).items).toHaveLength(1);
    expect((await api.listCustomObjectForAllNamespaces(networks)).kind).toBe("NetworkList");
    await api.deleteNamespacedCustomObject(one);
    await eventually(async () => expect((await failure(api.getNamespacedCustomObject(one))).code).toBe(404));
    const invalid = await failure(api.createNamespacedCustomObject({ ...networks, namespace, body: { ...network("x"), spec: {} } }));
    expect([invalid.code, JSON.parse(invalid.body as string).details.causes]).toEqual([
      422,
      [{ reason: "FieldValueRequired", message: "Required value", field: "spec.ipam" }],
    ]);
  });

  it("handles objects of any kind by what discovery tells", async () => {
    const namespace = await newNamespace("dynamic");
    const objects = KubernetesObjectApi.makeApiClient(config);
    const manifest = { ...network("any"), metadata: { name: "any", namespace } };
    const created = await objects.create<KubernetesObject>(manifest);
    expect(created).toMatchObject(manifest);
    expect(await objects.read<KubernetesObject>(manifest as never)).toMatchObject(manifest);
    const list = (await objects.list(manifest.apiVersion, manifest.kind, namespace)) as KubernetesListObject<KubernetesObject>;
    expect(list.items).toHaveLength(1);
    const change = { ...manifest, spec: { mtu: 1390 } };
    expect(await objects.patch(change, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)).toMatchObject({
      spec: { ipam: { mode: "Auto" }, mtu: 1390 },
    });
    expect(await objects.delete(manifest)).toBeDefined();
  });

  it("sees everything that happens through an informer", async () => {
    const namespace = await newNamespace("informed");
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "before" } } });
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => core.listNamespacedConfigMap({ namespace }));
    const seen: string[] = [];
    for (const event of ["add", "update", "delete"] as const) {
      informer.on(event, ({ metadata, data }: V1ConfigMap) => seen.push(`${event} ${metadata?.name} ${data?.a ?? ""}`.trim()));
    }
    const errors: unknown[] = [];
    informer.on("error", (error) => errors.push(error));
    await informer.start();
    try {
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "new" }, data: { a: "1" } } });
      await core.patchNamespacedConfigMap(
        { namespace, name: "new", body: { data: { a: "2" } } },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
      await core.deleteNamespacedConfigMap({ namespace, name: "new" });
      await eventually(() => expect(seen).toEqual(["add before", "add new 1", "update new 2", "delete new 2"]));
      expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(["before"]);
      expect(errors).toEqual([]);
    } finally {
      await informer.stop();
    }
  });

  it("watches Datum's kinds from a revision on", async () => {
    const namespace = await newNamespace("watched");
    const api = config.makeApiClient(CustomObjectsApi);
    const created = await api.createNamespacedCustomObject({ ...networks, namespace, body: network("seen") });
    const seen: string[] = [];
    const watch = await new Watch(config).watch(
      `/apis/networking.datumapis.com/v1alpha/namespaces/${namespace}/networks`,
      { resourceVersion: String(Number(created.metadata.resourceVersion) - 1) },
      (type, object: KubernetesObject) => seen.push(`${type} ${object.metadata?.name}`),
      () => {},
    );
    try {
      await eventually(() => expect(seen).toContain("MODIFIED seen"));
      expect(seen[0]).toBe("ADDED seen");
      await api.deleteNamespacedCustomObject({ ...networks, namespace, name: "seen" });
      await eventually(() => expect(seen.at(-1)).toBe("DELETED seen"));
    } finally {
      watch.abort();
    }
  });
});
