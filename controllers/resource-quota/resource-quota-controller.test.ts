import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { ResourceQuota } from "../../apis/core/v1/resource-quota.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { resourceQuotaController } from "./resource-quota-controller.ts";

const core = (resource: string) => ({ group: "", version: "v1", resource });
const [NAMESPACES, QUOTAS, SECRETS, MAPS] = [core("namespaces"), core("resourcequotas"), core("secrets"), core("configmaps")];
const MERGE = "application/merge-patch+json";

let plane: TestControlPlane;
let created: number;
beforeEach(async () => {
  created = 0;
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const limit = (hard: Record<string, string>, spec: object = {}) =>
  plane.admin.create(QUOTAS, "ns", {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "q" },
    spec: { hard, ...spec },
  } as KubeObject);
const secret = (name = `s${created++}`) =>
  plane.admin.create(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "ns" } });
const status = async () => (await plane.admin.get<ResourceQuota>(QUOTAS, { namespace: "ns", name: "q" })).status;
const isUsed = (used: Record<string, string>) => eventually(async () => expect((await status())?.used).toEqual(used));

describe("the status of a quota", () => {
  it("has the limits in force and what there is of each; what is not known is left out", async () => {
    await secret();
    await secret();
    plane.run(resourceQuotaController);
    await limit({ secrets: "5", "count/secrets": "6", "count/networks.networking.datumapis.com": "1k", "requests.cpu": "2" });
    await isUsed({ secrets: "2", "count/secrets": "2", "count/networks.networking.datumapis.com": "0" });
    expect((await status())?.hard).toEqual({
      secrets: "5",
      "count/secrets": "6",
      "count/networks.networking.datumapis.com": "1k",
      "requests.cpu": "2",
    });
  });

  it("follows what is created and deleted, and limits that change", async () => {
    plane.run(resourceQuotaController);
    await limit({ secrets: "2" });
    await isUsed({ secrets: "0" });
    await secret("a");
    expect(await status()).toEqual({ hard: { secrets: "2" }, used: { secrets: "1" } });
    await secret("b");
    await expect(secret("c")).rejects.toThrow("exceeded quota: q, requested: secrets=1, used: secrets=2, limited: secrets=2");
    await plane.admin.delete(SECRETS, { namespace: "ns", name: "a" });
    await isUsed({ secrets: "1" });
    await secret("c");
    await plane.admin.patch(QUOTAS, { namespace: "ns", name: "q" }, MERGE, { spec: { hard: { secrets: null, configmaps: "3" } } });
    await eventually(async () => expect(await status()).toEqual({ hard: { configmaps: "3" }, used: { configmaps: "0" } }));
  });

  it("is mended when somebody wrote another use", async () => {
    plane.run(resourceQuotaController);
    await secret();
    await limit({ secrets: "9" });
    await isUsed({ secrets: "1" });
    for (const wrong of ["0", "5"]) {
      await plane.admin.patch(QUOTAS, { namespace: "ns", name: "q", subresource: "status" }, MERGE, {
        status: { used: { secrets: wrong } },
      });
      await isUsed({ secrets: "1" });
    }
  });

  it("counts a creation that failed no longer", async () => {
    plane.run(resourceQuotaController);
    await limit({ secrets: "9" });
    await isUsed({ secrets: "0" });
    await secret("a");
    await expect(secret("a")).rejects.toSatisfy((error) => isReason(error, "AlreadyExists"));
    expect((await status())?.used).toEqual({ secrets: "2" });
    await isUsed({ secrets: "1" });
  });

  it("counts nothing for scopes", async () => {
    plane.run(resourceQuotaController);
    await secret();
    await limit({ "count/secrets": "1" }, { scopes: ["NotTerminating"] });
    await isUsed({ "count/secrets": "0" });
    await secret();
  });

  it("never lets more come than there may be, while objects come and go all the time", async () => {
    plane.run(resourceQuotaController);
    await limit({ configmaps: "10" });
    await isUsed({ configmaps: "0" });
    const end = Date.now() + 3_000;
    let most = 0;
    let refused = 0;
    const live = new Set<string>();
    const client = async (number: number) => {
      for (let turn = 0; Date.now() < end; turn++) {
        const name = `m-${number}-${turn}`;
        try {
          await plane.admin.create(MAPS, "ns", { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
          live.add(name);
        } catch (error) {
          expect(isReason(error, "Forbidden")).toBe(true);
          refused++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        most = Math.max(most, (await plane.admin.list(MAPS, "ns")).items.length);
        const [oldest] = live;
        if (live.size > 8 && oldest !== undefined) {
          live.delete(oldest);
          await plane.admin.delete(MAPS, { namespace: "ns", name: oldest });
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, number) => client(number)));
    expect(most).toBeLessThanOrEqual(10);
    expect(refused).toBeGreaterThan(0);
    await isUsed({ configmaps: String((await plane.admin.list(MAPS, "ns")).items.length) });
  });
});
