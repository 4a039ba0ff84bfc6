import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { event as coreEvent } from "../../core/v1/event.ts";
import { event } from "./event.ts";

const configMap = { kind: "ConfigMap", apiVersion: "v1", namespace: "ns", name: "c" };
const newStyle = {
  eventTime: "2026-03-04T05:06:07.000008Z",
  reportingController: "example.com/ctl",
  reportingInstance: "ctl-1",
  action: "Paint",
  reason: "Painted",
  type: "Normal",
  note: "painted red",
  regarding: configMap,
};

const metadata = { name: "x", namespace: "ns" };
const core = (members: Record<string, unknown>): KubeObject => ({ apiVersion: "v1", kind: "Event", metadata, ...members });
const other = (members: Record<string, unknown>): KubeObject => ({ apiVersion: "events.k8s.io/v1", kind: "Event", metadata, ...members });

const coreErrors = (members: Record<string, unknown>) => coreEvent.strategy.validate?.(core(members)).map(errorText);
const otherErrors = (members: Record<string, unknown>) => event.strategy.validate?.(other(members)).map(errorText);

const GRAMMAR =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe("events of both groups are stored as core events", () => {
  it("from events.k8s.io and back", () => {
    const stored = event.storedAs?.toStored(other(newStyle)) as KubeObject;
    expect(stored).toEqual({
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: configMap,
      reason: "Painted",
      message: "painted red",
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      type: "Normal",
      eventTime: "2026-03-04T05:06:07.000008Z",
      action: "Paint",
      reportingComponent: "example.com/ctl",
      reportingInstance: "ctl-1",
    });
    expect(event.storedAs?.fromStored(stored)).toEqual(
      other({ ...newStyle, deprecatedSource: {}, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null }),
    );
  });

  it("from the core group to events.k8s.io", () => {
    const old = core({
      involvedObject: configMap,
      reason: "Made",
      message: "made it",
      source: { component: "golden", host: "h" },
      firstTimestamp: "2026-03-04T05:06:07Z",
      lastTimestamp: "2026-03-04T05:06:08Z",
      count: 1,
      type: "Normal",
      eventTime: null,
      reportingComponent: "",
      reportingInstance: "",
    });
    expect(event.storedAs?.fromStored(old)).toEqual(
      other({
        eventTime: null,
        reason: "Made",
        regarding: configMap,
        note: "made it",
        type: "Normal",
        deprecatedSource: { component: "golden", host: "h" },
        deprecatedFirstTimestamp: "2026-03-04T05:06:07Z",
        deprecatedLastTimestamp: "2026-03-04T05:06:08Z",
        deprecatedCount: 1,
      }),
    );
  });
});

describe("an event of the core group", () => {
  it("is in the namespace of its object, or in default where the object has none", () => {
    expect(coreErrors({ involvedObject: configMap })).toEqual([]);
    expect(coreErrors({ involvedObject: {} })).toEqual(['involvedObject.namespace: Invalid value: "": does not match event.namespace']);
    expect(coreErrors({ involvedObject: { namespace: "default" } })).toEqual([
      'involvedObject.namespace: Invalid value: "default": does not match event.namespace',
    ]);
    expect(coreErrors({ metadata: { name: "x", namespace: "default" }, involvedObject: {} })).toEqual([]);
  });

  it("is of the new style once it has an event time", () => {
    expect(coreErrors({ involvedObject: configMap, eventTime: "2026-03-04T05:06:07.000008Z" })).toEqual([
      "reportingComponent: Required value",
      'reportingComponent: Invalid value: "": name part must be non-empty',
      `reportingComponent: Invalid value: "": ${GRAMMAR}`,
      "reportingInstance: Required value",
      "action: Required value",
      "reason: Required value",
    ]);
  });
});

describe("an event of events.k8s.io", () => {
  it("must be of the new style", () => {
    expect(otherErrors(newStyle)).toEqual([]);
    expect(otherErrors({})).toEqual([
      'involvedObject.namespace: Invalid value: "": does not match event.namespace',
      "eventTime: Required value",
      'type: Invalid value: "": has invalid value: ',
    ]);
    expect(
      otherErrors({
        ...newStyle,
        deprecatedCount: 1,
        deprecatedSource: { component: "x" },
        deprecatedFirstTimestamp: "2026-03-04T05:06:07Z",
        deprecatedLastTimestamp: "2026-03-04T05:06:07Z",
      }),
    ).toEqual(["firstTimestamp", "lastTimestamp", "count", "source"].map((field) => `${field}: Invalid value: "": needs to be unset`));
  });

  it("keeps its words short, and is told so by the core group's names", () => {
    const long = "x".repeat(129);
    expect(otherErrors({ ...newStyle, reportingInstance: long, action: long, reason: long, note: "x".repeat(1025), type: "Odd" })).toEqual([
      ...["reportingInstance", "action", "reason"].map((field) => `${field}: Invalid value: "": can have at most 128 characters`),
      'message: Invalid value: "": can have at most 1024 characters',
      'type: Invalid value: "": has invalid value: Odd',
    ]);
    expect(otherErrors({ ...newStyle, reportingController: "a b" })).toEqual([`reportingController: Invalid value: "a b": ${GRAMMAR}`]);
  });

  it("has a series of two at least", () => {
    expect(otherErrors({ ...newStyle, series: { count: 1, lastObservedTime: null } })).toEqual([
      'series.count: Invalid value: "": should be at least 2',
      "series.lastObservedTime: Required value",
    ]);
  });

  it("changes nothing but its series", () => {
    const errors = (members: Record<string, unknown>) =>
      event.strategy.validateUpdate?.(other({ ...newStyle, ...members }), other(newStyle)).map(errorText);
    expect(errors({ series: { count: 2, lastObservedTime: "2026-03-04T05:06:09.000010Z" } })).toEqual([]);
    expect(errors({ series: { count: 1, lastObservedTime: "2026-03-04T05:06:09.000010Z" } })).toHaveLength(1);
    expect(errors({ reason: "Other", note: "blue", reportingController: "example.com/other" })).toEqual([
      'reason: Invalid value: "Other": field is immutable',
      'message: Invalid value: "blue": field is immutable',
      'reportingController: Invalid value: "example.com/other": field is immutable',
    ]);
  });
});

describe("tables of events", () => {
  const cells = (object: KubeObject, kind = coreEvent) =>
    kind.columns.map(({ cell }) => cell?.(object, Date.parse("2026-03-04T06:00:00Z")));

  it("show when, what, to what and who, the name last", () => {
    const full = core({
      involvedObject: { kind: "ConfigMap", namespace: "ns", name: "c", fieldPath: "data.a" },
      reason: "R",
      message: "  it happened \n",
      type: "Normal",
      source: { component: "comp", host: "host" },
      count: 3,
      firstTimestamp: "1600-01-01T00:00:00Z",
      lastTimestamp: "2026-03-04T05:55:00Z",
    });
    expect(cells(full)).toEqual(["5m", "Normal", "R", "configmap/c", "data.a", "comp, host", "it happened", "292y", 3, "x"]);
    expect(
      cells(core({ involvedObject: { kind: "Secret" }, firstTimestamp: null, lastTimestamp: null, eventTime: null, source: {} })),
    ).toEqual(["<unknown>", "", "", "secret", "", "", "", "<unknown>", 1, "x"]);
  });

  it("show events of the new style by their event time, reporter and series", () => {
    const mine = other({ ...newStyle, series: { count: 7, lastObservedTime: "2026-03-04T05:59:00.000000Z" } });
    expect(cells(mine, event)).toEqual([
      "60s",
      "Normal",
      "Painted",
      "configmap/c",
      "",
      "example.com/ctl, ctl-1",
      "painted red",
      "53m",
      7,
      "x",
    ]);
  });

  it("and field selectors name fields by their group", () => {
    expect(Object.keys(coreEvent.selectableFields)).toContain("involvedObject.kind");
    expect(event.selectableFields["regarding.name"]?.(other(newStyle))).toBe("c");
    expect(coreEvent.selectableFields.source?.(core({ reportingComponent: "example.com/ctl", source: {} }))).toBe("example.com/ctl");
  });
});
