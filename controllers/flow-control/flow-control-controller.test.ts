import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { FlowSchema } from "../../apis/flowcontrol/v1/flow-schema.ts";
import type { PriorityLevelConfiguration } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import type { Client } from "../../client/client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { flowControlController } from "./flow-control-controller.ts";
import { AUTOUPDATE, maintained } from "./maintain.ts";
import { FLOW_SCHEMAS, PRIORITY_LEVELS } from "./suggested.ts";

const of = (resource: string) => ({ group: "flowcontrol.apiserver.k8s.io", version: "v1", resource });
const SCHEMAS = of("flowschemas");
const LEVELS = of("prioritylevelconfigurations");

let plane: TestControlPlane;
let admin: Client;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  admin = plane.admin;
});
afterEach(() => plane.close());

const prepare = async () =>
  flowControlController().prepare?.({ client: plane.client(), now: Date.now, log: { info: () => {}, error: () => {} } });
const names = async (resource: typeof SCHEMAS) => (await admin.list(resource)).items.map(({ metadata }) => metadata.name);
const namesOf = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();
const soon = (check: () => Promise<unknown>) => vi.waitFor(check, { timeout: 5_000 });

const dangling = async (name: string) =>
  (await admin.get<FlowSchema>(SCHEMAS, { name })).status?.conditions?.map(({ type, status, reason, message }) => [
    type,
    status,
    reason,
    message,
  ]);

describe("flow schemas and priority levels that every server has", () => {
  it("are there before anyone is served, as they are to be, and are not written again", async () => {
    await prepare();
    expect(await names(SCHEMAS)).toEqual(namesOf(FLOW_SCHEMAS));
    expect(await names(LEVELS)).toEqual(namesOf(PRIORITY_LEVELS));
    for (const [resource, objects] of [
      [SCHEMAS, FLOW_SCHEMAS],
      [LEVELS, PRIORITY_LEVELS],
    ] as const) {
      for (const { metadata, spec } of objects)
        expect(await admin.get(resource, { name: metadata.name as string })).toMatchObject({ spec });
    }
    const revision = await plane.storage.currentRevision();
    await Promise.all([prepare(), prepare()]);
    expect(await plane.storage.currentRevision()).toBe(revision);
  });

  it("come back when they are deleted, and are kept as long as nobody makes them their own", async () => {
    await prepare();
    plane.run(flowControlController(1));
    await admin.delete(SCHEMAS, { name: "catch-all" });
    await admin.delete(LEVELS, { name: "workload-low" });
    await soon(async () => expect(await names(SCHEMAS)).toEqual(namesOf(FLOW_SCHEMAS)));
    await soon(async () => expect(await names(LEVELS)).toEqual(namesOf(PRIORITY_LEVELS)));

    const present = await admin.get<PriorityLevelConfiguration>(LEVELS, { name: "global-default" });
    const changed = structuredClone(present);
    (changed.spec?.limited as { nominalConcurrencyShares: number }).nominalConcurrencyShares = 99;
    await admin.update(LEVELS, changed);
    await soon(async () => expect((await admin.get(LEVELS, { name: "global-default" })).spec).toEqual(present.spec));

    const own = { ...changed, metadata: { name: "global-default", annotations: { [AUTOUPDATE]: "false" } } };
    await admin.update(LEVELS, own);
    // what another release suggested goes
    await admin.create(LEVELS, undefined, { ...changed, metadata: { name: "old", annotations: { [AUTOUPDATE]: "true" } } });
    await soon(async () => expect(await names(LEVELS)).not.toContain("old"));
    expect((await admin.get(LEVELS, { name: "global-default" })).spec).toEqual(changed.spec);
  });

  const [exempt, , suggested] = PRIORITY_LEVELS as [KubeObject, KubeObject, KubeObject];
  const seen = (object: KubeObject, metadata: object, spec = object.spec) => ({
    ...object,
    metadata: { name: object.metadata.name, ...metadata } as KubeObject["metadata"],
    spec,
  });
  it.each<[string, KubeObject, KubeObject, unknown, string | undefined]>([
    ["an untouched one without the annotation", seen(suggested, { generation: 1 }), suggested, suggested.spec, "true"],
    ["a changed one without it", seen(suggested, { generation: 2 }, {}), suggested, {}, "false"],
    ["one with a word that is none", seen(suggested, { generation: 2, annotations: { [AUTOUPDATE]: "yes" } }, {}), suggested, {}, "false"],
    ["one to be kept", seen(suggested, { annotations: { [AUTOUPDATE]: "T" } }, {}), suggested, suggested.spec, "true"],
    ["one that is the users'", seen(suggested, { annotations: { [AUTOUPDATE]: "0" } }, {}), suggested, undefined, undefined],
    ["a mandatory one", seen(exempt, { annotations: { [AUTOUPDATE]: "false" } }), exempt, exempt.spec, "true"],
    [
      "an exempt one with seats",
      seen(exempt, { annotations: { [AUTOUPDATE]: "true" } }, { type: "Exempt", exempt: { nominalConcurrencyShares: 5 } }),
      exempt,
      undefined,
      undefined,
    ],
  ])("are made of what is there: %s", (_, present, wanted, spec, annotation) => {
    const object = maintained(present, wanted);
    expect(object?.spec).toEqual(spec);
    expect(object?.metadata.annotations?.[AUTOUPDATE]).toBe(annotation);
  });
});

it("of every flow schema it is told whether its level is missing", async () => {
  await prepare();
  plane.run(flowControlController());
  const found = 'This FlowSchema references the PriorityLevelConfiguration object named "exempt" and it exists';
  await soon(async () => expect(await dangling("probes")).toEqual([["Dangling", "False", "Found", found]]));
  const schema = { apiVersion: "flowcontrol.apiserver.k8s.io/v1", kind: "FlowSchema", metadata: { name: "mine" } };
  await admin.create(SCHEMAS, undefined, { ...schema, spec: { priorityLevelConfiguration: { name: "later" } } });
  const head = 'This FlowSchema references the PriorityLevelConfiguration object named "later"';
  await soon(async () => expect(await dangling("mine")).toEqual([["Dangling", "True", "NotFound", `${head} but there is no such object`]]));
  await admin.create(LEVELS, undefined, {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "PriorityLevelConfiguration",
    metadata: { name: "later" },
    spec: { type: "Limited", limited: { limitResponse: { type: "Reject" } } },
  } as KubeObject);
  await soon(async () => expect(await dangling("mine")).toEqual([["Dangling", "False", "Found", `${head} and it exists`]]));
  expect(plane.errors).toEqual([]);
});
