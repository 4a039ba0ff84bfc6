import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { Informer, identityOf, keyOf } from "./informer.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const configMap = (name: string, value = "1"): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { value },
});

let plane: TestControlPlane;
let stop: AbortController;
let running: Promise<void>;
let informer: Informer<ConfigMap>;
let seen: string[];
let errors: unknown[];

const create = (name: string) => plane.admin.create(CONFIG_MAPS, "ns", configMap(name));
const change = (name: string, value: string) =>
  plane.admin.patch(CONFIG_MAPS, { namespace: "ns", name }, "application/merge-patch+json", { data: { value } });
const remove = (name: string) => plane.admin.delete(CONFIG_MAPS, { namespace: "ns", name });

beforeEach(async () => {
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
  stop = new AbortController();
  seen = [];
  errors = [];
  informer = new Informer<ConfigMap>(plane.client(), CONFIG_MAPS, (error) => errors.push(error));
  informer.handle((object, event) => seen.push(`${event} ${keyOf(object)} ${object.data?.value}`));
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await plane.close();
  expect(plane.errors).toEqual([]);
});

async function start(): Promise<void> {
  running = informer.run(stop.signal);
  await informer.synced;
}

const sees = (...events: string[]) => eventually(() => expect(seen).toEqual(events));

describe("an informer", () => {
  it("tells what is there, is synced, and tells what happens from then on", async () => {
    await create("b");
    await create("a");
    await start();
    expect(seen).toEqual(["added ns/a 1", "added ns/b 1"]);
    await change("a", "2");
    await create("c");
    await remove("b");
    await sees("added ns/a 1", "added ns/b 1", "changed ns/a 2", "added ns/c 1", "removed ns/b 1");
    expect([...informer.list()].map(keyOf)).toEqual(["ns/a", "ns/c"]);
    expect(informer.get("ns/a")?.data).toEqual({ value: "2" });
    expect(informer.get("ns/b")).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it("is synced where nothing is", async () => {
    await start();
    expect(seen).toEqual([]);
  });

  it("goes on where it was when the stream is cut, without telling anything twice", async () => {
    await create("a");
    await start();
    plane.cut();
    await change("a", "2");
    await create("b");
    await sees("added ns/a 1", "changed ns/a 2", "added ns/b 1");
    expect(errors).toEqual([]);
  });

  it("tries again when the line is broken, and tells what was missed", async () => {
    await create("a");
    await start();
    plane.break();
    await change("a", "2");
    await create("b");
    await remove("a");
    await eventually(() => expect(errors.length).toBeGreaterThan(0));
    expect(seen).toEqual(["added ns/a 1"]);
    plane.mend();
    await sees("added ns/a 1", "changed ns/a 2", "added ns/b 1", "removed ns/a 2");
  });

  it("starts anew when history is gone, and tells what was removed meanwhile as removed", async () => {
    await create("changes");
    await create("goes");
    await create("stays");
    await start();
    plane.break();
    await remove("goes");
    await change("changes", "2");
    await create("new");
    await plane.restartWithoutHistory();
    plane.mend();
    await sees("added ns/changes 1", "added ns/goes 1", "added ns/stays 1", "changed ns/changes 2", "added ns/new 1", "removed ns/goes 1");
    await change("stays", "2");
    await eventually(() => expect(seen.at(-1)).toBe("changed ns/stays 2"));
  });

  it("waits longer and longer while nothing answers", async () => {
    plane.break();
    running = informer.run(stop.signal);
    await eventually(() => expect(errors).toHaveLength(3));
    const begun = performance.now();
    await eventually(() => expect(errors).toHaveLength(4));
    expect(performance.now() - begun).toBeGreaterThan(200);
    plane.mend();
    await informer.synced;
  });

  it("ends when it is told to, also while it waits, and then nobody waits for it any longer", async () => {
    plane.break();
    running = informer.run(stop.signal);
    await eventually(() => expect(errors.length).toBeGreaterThan(0));
    stop.abort();
    await running;
    await expect(informer.synced).rejects.toThrow("the watch of configmaps ended before it told what is there");
  });

  it("watches what it is to, and keeps what it is to", async () => {
    const keep = (object: KubeObject): ConfigMap => ({ ...identityOf(object), data: { value: `${(object as ConfigMap).data?.value}!` } });
    const selectors = { fieldSelector: "metadata.name=a" };
    informer = new Informer<ConfigMap>(plane.client(), CONFIG_MAPS, (error) => errors.push(error), { selectors, keep });
    informer.handle((object, event) => seen.push(`${event} ${keyOf(object)} ${object.data?.value}`));
    await create("a");
    await create("b");
    await start();
    await change("a", "2");
    await remove("a");
    await sees("added ns/a 1!", "changed ns/a 2!", "removed ns/a 2!");
    await create("a");
    await eventually(() => expect(informer.get("ns/a")).toBeDefined());
    expect(Object.keys(informer.get("ns/a")?.metadata ?? {}).sort()).toEqual(["name", "namespace", "resourceVersion", "uid"]);
  });
});
