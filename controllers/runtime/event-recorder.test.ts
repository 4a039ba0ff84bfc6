import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { EventRecorder } from "./event-recorder.ts";

const EVENTS = { group: "", version: "v1", resource: "events" };
const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };

let plane: TestControlPlane;
let now: number;
let recorder: EventRecorder;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  for (const name of ["default", "ns"]) {
    await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  now = Date.parse("2026-01-01T00:00:00Z");
  recorder = new EventRecorder(plane.client(), "tester", () => now);
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const thing = (name: string, namespace?: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name, uid: `uid-of-${name}`, resourceVersion: "7", ...(namespace && { namespace }) },
});
const events = async (namespace: string) => (await plane.admin.list(EVENTS, namespace)).items;

describe("an event recorder", () => {
  it("tells of an object beside it, or in `default`", async () => {
    await recorder.record(thing("a", "ns"), "Normal", "Made", "it was made");
    await recorder.record(thing("b"), "Warning", "Broken", "it broke");
    expect(await events("ns")).toMatchObject([
      {
        metadata: { name: expect.stringMatching(/^a\./), namespace: "ns" },
        involvedObject: { kind: "Thing", namespace: "ns", name: "a", uid: "uid-of-a", resourceVersion: "7" },
        type: "Normal",
        reason: "Made",
        message: "it was made",
        source: { component: "tester" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
      },
    ]);
    expect(await events("default")).toMatchObject([{ involvedObject: { name: "b" }, type: "Warning" }]);
  });

  it("counts what is told again, and tells anew when the event is gone", async () => {
    const about = thing("a", "ns");
    await recorder.record(about, "Normal", "Made", "it was made");
    now += 60_000;
    await recorder.record(about, "Normal", "Made", "it was made");
    await recorder.record(about, "Normal", "Made", "otherwise");
    expect(await events("ns")).toHaveLength(2);
    const counted = (await events("ns")).find(({ message }) => message === "it was made");
    expect(counted).toMatchObject({ count: 2, firstTimestamp: "2026-01-01T00:00:00Z", lastTimestamp: "2026-01-01T00:01:00Z" });
    await plane.admin.deleteCollection(EVENTS, "ns");
    await recorder.record(about, "Normal", "Made", "it was made");
    expect(await events("ns")).toMatchObject([{ count: 1 }]);
  });

  it("does not mind when nobody takes it", async () => {
    plane.break();
    await recorder.record(thing("a", "ns"), "Normal", "Made", "it was made");
    await recorder.record(thing("a", "absent"), "Normal", "Made", "it was made");
    plane.mend();
    await recorder.record(thing("a", "ns"), "Normal", "Made", "it was made");
    expect(await events("ns")).toHaveLength(1);
  });
});
