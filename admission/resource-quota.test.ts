import { describe, expect, it } from "vitest";
import type { ResourceList, ResourceQuota } from "../apis/core/v1/resource-quota.ts";
import type { Attributes } from "./admission.ts";
import { type QuotaStore, resourceQuota } from "./resource-quota.ts";

const NAMESPACE = "default";

/** Quotas by name, as in a store that others write to as well. */
class Quotas implements QuotaStore {
  readonly exclusive: boolean;
  readonly #stored = new Map<string, ResourceQuota>();
  /** What a cache shows that lags behind. */
  #shown: readonly ResourceQuota[] | undefined;
  #revision = 0;
  writes = 0;
  /** Is done before a write arrives. */
  beforeWrite = () => {};

  constructor(exclusive = true) {
    this.exclusive = exclusive;
  }

  put(name: string, hard: ResourceList, used?: ResourceList, spec: object = {}): void {
    const resourceVersion = String(++this.#revision);
    const metadata = { name, namespace: NAMESPACE, resourceVersion };
    const status = { hard, ...(used && { used }) };
    this.#stored.set(name, { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard, ...spec }, status });
  }

  lag(): void {
    this.#shown = [...this.#stored.values()];
  }

  used(name: string): ResourceList | undefined {
    return this.#stored.get(name)?.status?.used;
  }

  quotas(_controlPlane: string, _namespace: string, fresh: boolean): readonly ResourceQuota[] | Promise<readonly ResourceQuota[]> {
    return fresh ? Promise.resolve([...this.#stored.values()]) : (this.#shown ?? [...this.#stored.values()]);
  }

  async use(_controlPlane: string, { metadata, status }: ResourceQuota, used: ResourceList): Promise<boolean> {
    this.beforeWrite();
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.writes++;
    const { name = "" } = metadata;
    if (this.#stored.get(name)?.metadata.resourceVersion !== metadata.resourceVersion) return false;
    this.put(name, status?.hard ?? {}, used);
    return true;
  }
}

const creation = (more: Partial<Attributes> = {}): Attributes => ({
  operation: "CREATE",
  controlPlane: "root",
  kind: { group: "", version: "v1", kind: "Secret" },
  resource: { group: "", version: "v1", resource: "secrets" },
  subresource: "",
  namespace: NAMESPACE,
  name: "a",
  dryRun: false,
  user: { name: "u", groups: [] },
  ...more,
});

async function ask(quotas: QuotaStore, more: Partial<Attributes> = {}): Promise<string> {
  try {
    await resourceQuota(quotas).validate?.(creation(more));
    return "admitted";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a quota", () => {
  it("counts what is created, and refuses what is too much in words that name the limits", async () => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "2", "count/secrets": "3", pods: "1" }, { secrets: "1", "count/secrets": "1" });
    expect(await ask(quotas)).toBe("admitted");
    expect(quotas.used("q")).toEqual({ secrets: "2", "count/secrets": "2" });
    expect(await ask(quotas)).toBe(
      'secrets "a" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=2, limited: secrets=2',
    );
    expect(quotas.used("q")).toEqual({ secrets: "2", "count/secrets": "2" });
  });

  it("is asked with all others, and nothing is counted where one refuses", async () => {
    const quotas = new Quotas();
    quotas.put("large", { "count/secrets": "10" }, { "count/secrets": "1" });
    quotas.put("small", { secrets: "1" }, { secrets: "1" });
    expect(await ask(quotas)).toContain("exceeded quota: small");
    expect(quotas.used("large")).toEqual({ "count/secrets": "1" });
  });

  it("refuses as long as nobody has counted what is there", async () => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "2", "count/secrets": "1" }, { pods: "1" });
    expect(await ask(quotas)).toBe('secrets "a" is forbidden: status unknown for quota: q, resources: count/secrets,secrets');
  });

  it.each<[string, Partial<Attributes>]>([
    ["an update", { operation: "UPDATE" }],
    ["a deletion", { operation: "DELETE" }],
    ["a subresource", { subresource: "token" }],
    ["an event", { resource: { group: "", version: "v1", resource: "events" } }],
    ["another kind", { resource: { group: "", version: "v1", resource: "configmaps" } }],
    ["what has no namespace", { namespace: "" }],
    ["a namespace", { resource: { group: "", version: "v1", resource: "namespaces" } }],
  ])("lets %s pass", async (_, more) => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "0", "count/events": "0", "count/namespaces": "0" }, { secrets: "0" });
    expect(await ask(quotas, more)).toBe("admitted");
    expect(quotas.writes).toBe(0);
  });

  it("with scopes counts nothing that is merely counted", async () => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "0" }, { secrets: "0" }, { scopes: ["NotTerminating"] });
    expect(await ask(quotas)).toBe("admitted");
  });

  it("is asked by a dry run, and does not count it", async () => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "1" }, { secrets: "0" });
    expect(await ask(quotas, { dryRun: true })).toBe("admitted");
    expect(quotas.writes).toBe(0);
    quotas.put("q", { secrets: "1" }, { secrets: "1" });
    expect(await ask(quotas, { dryRun: true })).toContain("exceeded quota");
  });

  it("is exact for creations that come at once, and is written once for those that wait together", async () => {
    const quotas = new Quotas();
    quotas.put("q", { secrets: "60" }, { secrets: "0" });
    const plugin = resourceQuota(quotas);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => plugin.validate?.(creation())));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(60);
    expect(quotas.used("q")).toEqual({ secrets: "60" });
    expect(quotas.writes).toBeLessThanOrEqual(3);
  });

  it("is exact beside another server that takes from it", async () => {
    const quotas = new Quotas(false);
    quotas.put("q", { secrets: "60" }, { secrets: "0" });
    const servers = [resourceQuota(quotas), resourceQuota(quotas)];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i % 7));
        await servers[i % 2]?.validate?.(creation());
      }),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(60);
    expect(quotas.used("q")).toEqual({ secrets: "60" });
  });

  it("is looked at anew before it refuses for what a cache shows", async () => {
    const quotas = new Quotas(false);
    quotas.put("q", { secrets: "1" }, { secrets: "1" });
    quotas.lag();
    quotas.put("q", { secrets: "1" }, { secrets: "0" });
    expect(await ask(quotas)).toBe("admitted");
    expect(quotas.used("q")).toEqual({ secrets: "1" });
  });

  it("that always changes meanwhile refuses in the end", async () => {
    const quotas = new Quotas(false);
    quotas.put("q", { secrets: "100" }, { secrets: "1" });
    quotas.beforeWrite = () => quotas.put("q", { secrets: "100" }, { secrets: "1" });
    expect(await ask(quotas)).toContain('Operation cannot be fulfilled on resourcequotas "q"');
  });
});
