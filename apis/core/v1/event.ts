import type { KubeObject } from "../../../apimachinery/object.ts";
import { humanAge } from "../../../apimachinery/time/duration.ts";
import { validatePathSegmentName } from "../../../apimachinery/validation/names.ts";
import { type ColumnInput, defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { dateTime, go, int32, object, optional, type Static, string } from "../../typed-schema.ts";
import { validateEvent } from "./event-validation.ts";
import { objectReference } from "./object-reference.ts";

/** A time that is written as null when there is none. */
const TIME = go({ type: "v1.Time", zero: null });
const MICRO_TIME = go({ type: "v1.MicroTime", zero: null });

export const eventSource = (description: string) =>
  object(
    description,
    {
      component: optional(string("Name of the component.")),
      host: optional(string("The machine that it ran on.")),
    },
    go({ struct: "EventSource", type: "v1.EventSource", definition: "io.k8s.api.core.v1.EventSource", zero: {} }),
  );

const series = object(
  "How often the same happened again; not there for what happened once.",
  {
    count: optional(int32("How often it has happened.")),
    lastObservedTime: optional(dateTime("When it last happened, to the microsecond.", MICRO_TIME)),
  },
  go({ struct: "EventSeries", type: "v1.EventSeries", definition: "io.k8s.api.core.v1.EventSeries", pointer: true }),
);

const schema = object(
  "A report of something that happened to an object. Events are for people to read and are kept for a limited time.",
  {
    involvedObject: objectReference("The object that it happened to."),
    reason: optional(string("What happened, in one CamelCase word.")),
    message: optional(string("What happened, in a sentence.")),
    source: optional(eventSource("Who reports it.")),
    firstTimestamp: optional(dateTime("When it first happened.", TIME)),
    lastTimestamp: optional(dateTime("When it last happened.", TIME)),
    count: optional(int32("How often it has happened.")),
    type: optional(string("`Normal` or `Warning`.")),
    eventTime: optional(dateTime("When it first happened, to the microsecond; set by new recorders instead of the two times.", MICRO_TIME)),
    series: optional(series),
    action: optional(string("What was done or failed, in one CamelCase word.")),
    related: optional(objectReference("Another object that took part.", { pointer: true })),
    reportingComponent: optional(string("The controller that reports it, such as `networking.datumapis.com/network`.", go({ zero: "" }))),
    reportingInstance: optional(string("Which of the controller's instances reports it.", go({ zero: "" }))),
  },
  go({ struct: "Event", definition: "io.k8s.api.core.v1.Event" }),
);

export type Event = KubeObject & Static<typeof schema>;

export const event = defineKind({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  flavor: "builtin",
  schema,
  columns: eventColumns((object) => object as Event),
  selectableFields: {
    "involvedObject.kind": involved("kind"),
    "involvedObject.namespace": involved("namespace"),
    "involvedObject.name": involved("name"),
    "involvedObject.uid": involved("uid"),
    "involvedObject.apiVersion": involved("apiVersion"),
    "involvedObject.resourceVersion": involved("resourceVersion"),
    "involvedObject.fieldPath": involved("fieldPath"),
    reason: (object) => (object as Event).reason ?? "",
    reportingComponent: (object) => (object as Event).reportingComponent ?? "",
    source: (object) => (object as Event).source?.component || (object as Event).reportingComponent || "",
    type: (object) => (object as Event).type ?? "",
  },
  strategy: {
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    // Of metadata nothing is judged but what holds for every kind (kubernetes, pkg/apis/core/validation/events.go): `generateName: web.` is
    // what recorders ask for.
    validateName: validatePathSegmentName,
    takesPlainFinalizers: true,
    validate: (object) => validateEvent(object as Event, "reportingComponent"),
    validateUpdate: (object) => validateEvent(object as Event, "reportingComponent"),
  },
});

function involved(member: keyof Event["involvedObject"]): (object: KubeObject) => string {
  return (object) => (object as Event).involvedObject?.[member] ?? "";
}

/** The columns of both groups' events; `coreOf` gives an object in the shape of the core group. */
export function eventColumns(coreOf: (object: KubeObject) => Event): ColumnInput[] {
  return [
    {
      name: "Last Seen",
      description: "The time that has passed since it last happened.",
      cell: (object, now) => lastSeen(coreOf(object), now),
    },
    { name: "Type", description: "Whether it is as it should be or a warning.", cell: (object) => coreOf(object).type ?? "" },
    { name: "Reason", description: "What happened, in a word.", cell: (object) => coreOf(object).reason ?? "" },
    { name: "Object", description: "Kind and name of the object that it happened to.", cell: (object) => target(coreOf(object)) },
    {
      name: "Subobject",
      description: "The part of the object that it happened to.",
      priority: 1,
      cell: (object) => coreOf(object).involvedObject?.fieldPath ?? "",
    },
    { name: "Source", description: "Who reports it, and from which machine.", priority: 1, cell: (object) => reporter(coreOf(object)) },
    { name: "Message", description: "What happened, in a sentence.", cell: (object) => (coreOf(object).message ?? "").trim() },
    {
      name: "First Seen",
      description: "The time that has passed since it first happened.",
      priority: 1,
      cell: (object, now) => firstSeen(coreOf(object), now),
    },
    { name: "Count", description: "How often it has happened.", priority: 1, cell: (object) => count(coreOf(object)) },
    { ...NAME_COLUMN, priority: 1 },
  ];
}

const firstSeen = ({ firstTimestamp, eventTime }: Event, now: number) => humanAge((firstTimestamp ?? eventTime) || undefined, now);

function lastSeen(event: Event, now: number): string {
  if (event.series) return humanAge(event.series.lastObservedTime ?? undefined, now);
  return event.lastTimestamp ? humanAge(event.lastTimestamp, now) : firstSeen(event, now);
}

function target({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? "").toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function reporter({ source, reportingComponent, reportingInstance }: Event): string {
  const instance = source?.host || reportingInstance;
  return `${source?.component || reportingComponent || ""}${instance ? `, ${instance}` : ""}`;
}

/** What happened once has no count. */
const count = (event: Event) => (event.series ? (event.series.count ?? 0) : event.count || 1);
