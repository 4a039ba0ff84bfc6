import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import { lampDefinition } from "../../apiserver/testing/definition.ts";
import { alteredClient } from "../../test/tools/altered-client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { definitionsController } from "./definitions-controller.ts";

const DEFINITIONS = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const LAMPS = { group: "example.com", version: "v1", resource: "lamps" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const MERGE = "application/merge-patch+json";

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  for (const name of ["a", "b"]) {
    await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const define = (...args: Parameters<typeof lampDefinition>) => plane.admin.create(DEFINITIONS, undefined, lampDefinition(...args));
const present = (name = "lamps.example.com") => plane.admin.get<CustomResourceDefinition>(DEFINITIONS, { name });

/** `NamesAccepted=True NoConflicts` … */
const conditions = async (name?: string) =>
  ((await present(name)).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

const ESTABLISHED = ["NamesAccepted=True NoConflicts", "Established=True InitialNamesAccepted"];

const createLamp = (namespace: string, name: string, finalizers: string[] = []) =>
  plane.admin.create(LAMPS, namespace, { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name, finalizers } });

describe("the controller of definitions", () => {
  it("accepts names that nobody has, then tells that the kind is there, which by then is served", async () => {
    plane.run(definitionsController);
    await define();
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    expect((await plane.admin.list(LAMPS)).items).toEqual([]);
    expect((await present()).status?.acceptedNames).toMatchObject({ plural: "lamps", kind: "Lamp" });
  });

  it("gives a name once, and to the next when it is free again", async () => {
    plane.run(definitionsController);
    await define([{}], { plural: "lamps", kind: "Lamp", shortNames: ["l"] });
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    await define([{}], { plural: "lights", kind: "Light", shortNames: ["l"] });
    await eventually(async () =>
      expect(await conditions("lights.example.com")).toEqual(["NamesAccepted=False ShortNamesConflict", "Established=False NotAccepted"]),
    );
    await plane.admin.delete(DEFINITIONS, { name: "lamps.example.com" });
    await eventually(async () => expect(await conditions("lights.example.com")).toEqual(ESTABLISHED));
  });

  it("gives a name once to many that ask at the same moment", async () => {
    plane.run(definitionsController);
    const plurals = [...Array(10)].map((_, n) => `lamp${n}s`);
    await Promise.all(plurals.map((plural) => define([{}], { plural, kind: "Lamp", listKind: `L${plural}`, singular: `x${plural}` })));
    await eventually(async () => {
      const told = await Promise.all(plurals.map((plural) => conditions(`${plural}.example.com`)));
      expect(told.map(([names]) => names).sort()).toEqual([
        ...Array(9).fill("NamesAccepted=False KindConflict"),
        "NamesAccepted=True NoConflicts",
      ]);
    });
  });

  it("clears away the objects of a definition that is deleted, then lets it go", async () => {
    plane.run(definitionsController);
    await define();
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    await Promise.all([createLamp("a", "free"), createLamp("b", "free"), createLamp("b", "held", ["example.com/hold"])]);
    await plane.admin.delete(DEFINITIONS, { name: "lamps.example.com" });
    await eventually(async () => expect((await conditions()).at(-1)).toBe("Terminating=True InstanceDeletionInProgress"));
    await eventually(async () => expect((await plane.admin.list(LAMPS)).items.map(({ metadata }) => metadata.name)).toEqual(["held"]));
    await plane.admin.patch(LAMPS, { namespace: "b", name: "held" }, MERGE, { metadata: { finalizers: null } });
    await eventually(() => expect(present()).rejects.toMatchObject({ code: 404 }));
    expect(await plane.storage.scan({ prefix: "example.com/lamps/", limit: 1 })).toMatchObject({ items: [] });
  }, 15_000);

  it("keeps nobody waiting for one that takes long to clear away", async () => {
    const stop = new AbortController();
    let asked = false;
    let release = () => {};
    const client = alteredClient(plane.client(), {
      deleteCollection() {
        asked = true;
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    const running = definitionsController.run({ client, now: Date.now, log: { info: () => {}, error: () => {} } }, stop.signal);
    await define();
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    await createLamp("a", "slow");
    await plane.admin.delete(DEFINITIONS, { name: "lamps.example.com" });
    await eventually(() => expect(asked).toBe(true));
    await define([{}], { plural: "lights", kind: "Light" });
    await eventually(async () => expect(await conditions("lights.example.com")).toEqual(ESTABLISHED));
    stop.abort();
    release();
    await running;
  });

  it("looks at a definition for no longer than there is something to do about it", async () => {
    let looks = 0;
    const client = plane.client();
    const counting = alteredClient(client, {
      get: (...args: Parameters<typeof client.get>) => {
        looks += 1;
        return client.get(...args) as never;
      },
    });
    const stop = new AbortController();
    const running = definitionsController.run({ client: counting, now: Date.now, log: { info: () => {}, error: () => {} } }, stop.signal);
    await define();
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    const before = looks;
    for (const color of ["red", "blue"]) {
      await plane.admin.patch(DEFINITIONS, { name: "lamps.example.com" }, MERGE, { metadata: { labels: { color } } });
    }
    await define([{}], { plural: "lights", kind: "Light" });
    await eventually(async () => expect(await conditions("lights.example.com")).toEqual(ESTABLISHED));
    // of the second one: when it came, and once more for the names that were written in the meantime
    expect(looks - before).toBeLessThanOrEqual(2);
    stop.abort();
    await running;
  });

  it("lets one go that was never served", async () => {
    await define();
    await plane.admin.delete(DEFINITIONS, { name: "lamps.example.com" });
    plane.run(definitionsController);
    await eventually(() => expect(present()).rejects.toMatchObject({ code: 404 }));
  });

  it("leaves the objects of a kind alone that the server has of its own", async () => {
    plane.run(definitionsController);
    const own = lampDefinition([{ name: "v1alpha" }], { plural: "locations", kind: "Location" }, { group: "networking.datumapis.com" });
    const name = "locations.networking.datumapis.com";
    await plane.admin.create(DEFINITIONS, undefined, { ...own, metadata: { name } });
    await eventually(async () => expect(await conditions(name)).toEqual(ESTABLISHED));
    const locations = { group: "networking.datumapis.com", version: "v1alpha", resource: "locations" };
    const spec = { locationClassName: "self-managed", topology: {}, provider: { gcp: { projectId: "p", region: "r", zone: "z" } } };
    const location = { apiVersion: "networking.datumapis.com/v1alpha", kind: "Location", metadata: { name: "here" }, spec };
    await plane.admin.create(locations, undefined, location);
    await plane.admin.delete(DEFINITIONS, { name });
    await eventually(() => expect(present(name)).rejects.toMatchObject({ code: 404 }));
    expect((await plane.admin.list(locations)).items).toHaveLength(1);
  });

  it("goes on with what was begun while it was cut off", async () => {
    await define();
    plane.break();
    plane.run(definitionsController);
    await new Promise((resolve) => setTimeout(resolve, 50));
    plane.mend();
    await eventually(async () => expect(await conditions()).toEqual(ESTABLISHED));
    plane.errors.length = 0;
  });
});
