import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { ConfigMap } from "../../apis/core/v1/config-map.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { namespaceController } from "../namespace/namespace-controller.ts";
import { serviceAccountController } from "./default-service-account.ts";
import { rootCertificateController } from "./root-certificate.ts";

const of = (resource: string) => ({ group: "", version: "v1", resource });
const [NAMESPACES, ACCOUNTS, CONFIG_MAPS] = [of("namespaces"), of("serviceaccounts"), of("configmaps")];
const MERGE = "application/merge-patch+json";
const ROOT = { namespace: "ns", name: "kube-root-ca.crt" };
const DEFAULT = { namespace: "ns", name: "default" };

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const createNamespace = (name: string) =>
  plane.admin.create<KubeObject>(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
const account = () => plane.admin.get(ACCOUNTS, DEFAULT);
const root = () => plane.admin.get<ConfigMap>(CONFIG_MAPS, ROOT);
const says = (certificate: string) => eventually(async () => expect((await root()).data).toEqual({ "ca.crt": certificate }));
const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

describe("the service account default", () => {
  it("is in every namespace, those that were there before too, and comes again under another uid", async () => {
    await createNamespace("before");
    plane.run(serviceAccountController);
    await createNamespace("ns");
    await eventually(async () =>
      expect((await plane.admin.list(ACCOUNTS)).items.map(({ metadata }) => metadata.namespace)).toEqual(["before", "ns"]),
    );
    const { uid } = (await account()).metadata;
    await plane.admin.delete(ACCOUNTS, DEFAULT);
    await eventually(async () => expect((await account()).metadata.uid).not.toBe(uid));
  });

  it("is left as people make it, and so are other accounts", async () => {
    await createNamespace("ns");
    await plane.admin.create(ACCOUNTS, "ns", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", labels: { a: "b" } },
    });
    await plane.admin.create(ACCOUNTS, "ns", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mine" } });
    plane.run(serviceAccountController);
    await plane.admin.delete(ACCOUNTS, { namespace: "ns", name: "mine" });
    await plane.admin.patch(ACCOUNTS, DEFAULT, MERGE, { automountServiceAccountToken: false });
    await moment();
    expect((await plane.admin.list(ACCOUNTS)).items).toMatchObject([
      { metadata: { labels: { a: "b" } }, automountServiceAccountToken: false },
    ]);
  });

  it("does not come into a namespace that is about to go, and is not in its way", async () => {
    plane.run(serviceAccountController);
    plane.run(rootCertificateController("ours"));
    plane.run(namespaceController);
    for (let round = 0; round < 20; round += 1) {
      const name = `ns-${round}`;
      const { resourceVersion } = (await createNamespace(name)).metadata;
      // at once, or when the two are there
      if (round % 2 === 1) await eventually(() => plane.admin.get(CONFIG_MAPS, { namespace: name, name: "kube-root-ca.crt" }));
      const conditions: unknown[] = [];
      const watched = (async () => {
        const options = { fieldSelector: `metadata.name=${name}`, resourceVersion };
        for await (const { type, object } of plane.admin.watch(NAMESPACES, undefined, options, AbortSignal.timeout(10_000))) {
          conditions.push(...((object.status as { conditions?: unknown[] }).conditions ?? []));
          if (type === "DELETED") return;
        }
      })();
      await plane.admin.delete(NAMESPACES, { name });
      await watched;
      expect(conditions.filter((condition) => (condition as { status: string }).status === "True")).toEqual([]);
    }
    expect((await plane.admin.list(ACCOUNTS)).items).toEqual([]);
    expect((await plane.admin.list(CONFIG_MAPS)).items).toEqual([]);
  });
});

describe("the certificate of the server", () => {
  beforeEach(() => createNamespace("ns"));

  it("is in every namespace, and is put back when it was changed, added to or deleted", async () => {
    plane.run(rootCertificateController("ours"));
    await says("ours");
    const { annotations } = (await root()).metadata;
    expect(annotations?.["kubernetes.io/description"]).toMatch(/^Contains a CA bundle/);
    await plane.admin.patch(CONFIG_MAPS, ROOT, MERGE, { data: { "ca.crt": "nonsense" } });
    await says("ours");
    await plane.admin.patch(CONFIG_MAPS, ROOT, MERGE, { data: { other: "x" } });
    await says("ours");
    await plane.admin.patch(CONFIG_MAPS, ROOT, MERGE, { metadata: { annotations: { "kubernetes.io/description": null, mine: "1" } } });
    await eventually(async () => expect((await root()).metadata.annotations).toEqual({ ...annotations, mine: "1" }));
    await plane.admin.delete(CONFIG_MAPS, ROOT);
    await says("ours");
  });

  it("is that of the server that started last, where several write", async () => {
    plane.run(rootCertificateController("first"));
    await says("first");
    plane.run(rootCertificateController("second"));
    await says("second");
    const { resourceVersion } = (await root()).metadata;
    await moment();
    expect((await root()).metadata.resourceVersion).toBe(resourceVersion);
    // either puts it back, and the other one lets it stand
    await plane.admin.patch(CONFIG_MAPS, ROOT, MERGE, { data: { "ca.crt": "nonsense" } });
    await eventually(async () => expect((await root()).data?.["ca.crt"]).toMatch(/^(first|second)$/));
    const after = (await root()).metadata.resourceVersion;
    await moment();
    expect((await root()).metadata.resourceVersion).toBe(after);
  });

  it("is put back after the line was broken", async () => {
    plane.run(rootCertificateController("ours"));
    await says("ours");
    plane.break();
    await plane.admin.delete(CONFIG_MAPS, ROOT);
    await createNamespace("new");
    plane.mend();
    await says("ours");
    await eventually(() => plane.admin.get(CONFIG_MAPS, { namespace: "new", name: ROOT.name }));
    plane.errors.length = 0;
  });
});
