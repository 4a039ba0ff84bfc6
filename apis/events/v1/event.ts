import { apiVersionOf, type KubeObject } from "../../../apimachinery/object.ts";
import { type Event as CoreEvent, event as coreEvent, eventColumns, eventSource } from "../../core/v1/event.ts";
import { validateEvent, validateStrictly, validateStrictUpdate } from "../../core/v1/event-validation.ts";
import { objectReference } from "../../core/v1/object-reference.ts";
import { defineKind } from "../../define-kind.ts";
import { dateTime, go, int32, object, optional, type Static, string } from "../../typed-schema.ts";

const TIME = go({ type: "v1.Time", zero: null });
const MICRO_TIME = go({ type: "v1.MicroTime", zero: null });

const series = object(
  "How often the same happened again; not there for what happened once.",
  {
    count: int32("How often it has happened, at least twice.", go({ zero: 0 })),
    lastObservedTime: dateTime("When it last happened, to the microsecond.", MICRO_TIME),
  },
  go({ struct: "EventSeries", type: "v1.EventSeries", definition: "io.k8s.api.events.v1.EventSeries", pointer: true }),
);

const schema = object(
  "A report of something that happened to an object. Events are for people to read and are kept for a limited time.",
  {
    eventTime: dateTime("When it first happened, to the microsecond.", MICRO_TIME),
    series: optional(series),
    reportingController: optional(
      string("The controller that reports it, such as `networking.datumapis.com/network`. It cannot be changed."),
    ),
    reportingInstance: optional(string("Which of the controller's instances reports it, in at most 128 characters.")),
    action: optional(string("What was done or failed, in one CamelCase word of at most 128 characters.")),
    reason: optional(string("What happened, in one CamelCase word of at most 128 characters.")),
    regarding: optional(objectReference("The object that it happened to.")),
    related: optional(objectReference("Another object that took part.", { pointer: true })),
    note: optional(string("What happened, in a sentence of at most 1024 characters.")),
    type: optional(string("`Normal` or `Warning`.")),
    deprecatedSource: optional(eventSource("Who reports it, from recorders of the older kind.")),
    deprecatedFirstTimestamp: optional(dateTime("When it first happened, from recorders of the older kind.", TIME)),
    deprecatedLastTimestamp: optional(dateTime("When it last happened, from recorders of the older kind.", TIME)),
    deprecatedCount: optional(int32("How often it has happened, from recorders of the older kind.")),
  },
  go({ struct: "Event", definition: "io.k8s.api.events.v1.Event" }),
);

export type Event = KubeObject & Static<typeof schema>;

const GROUP_VERSION = { group: "events.k8s.io", version: "v1" } as const;

export const event = defineKind({
  ...GROUP_VERSION,
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  flavor: "builtin",
  schema,
  columns: eventColumns(toCore),
  selectableFields: {
    "regarding.kind": regarding("kind"),
    "regarding.namespace": regarding("namespace"),
    "regarding.name": regarding("name"),
    "regarding.uid": regarding("uid"),
    "regarding.apiVersion": regarding("apiVersion"),
    "regarding.resourceVersion": regarding("resourceVersion"),
    "regarding.fieldPath": regarding("fieldPath"),
    reason: (object) => (object as Event).reason ?? "",
    reportingController: (object) => (object as Event).reportingController ?? "",
    type: (object) => (object as Event).type ?? "",
  },
  storedAs: {
    group: coreEvent.group,
    version: coreEvent.version,
    kind: coreEvent.kind,
    plural: coreEvent.plural,
    toStored: toCore,
    fromStored: fromCore,
  },
  strategy: {
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    // a recorder may go on here with what it began in the core group
    judgesNewNamesOnly: true,
    validate: (object) => {
      const event = toCore(object);
      return [...validateEvent(event, "reportingController"), ...validateStrictly(event)];
    },
    validateUpdate: (object, old) => {
      const event = toCore(object);
      return [...validateEvent(event, "reportingController"), ...validateStrictUpdate(event, toCore(old))];
    },
  },
});

function regarding(member: keyof NonNullable<Event["regarding"]>): (object: KubeObject) => string {
  return (object) => (object as Event).regarding?.[member] ?? "";
}

/** The same event in the shape of the core group. Members that its Go type always writes are there, empty if need be. */
function toCore(object: KubeObject): CoreEvent {
  const event = object as Event;
  return withoutAbsent({
    apiVersion: apiVersionOf(coreEvent),
    kind: coreEvent.kind,
    metadata: event.metadata,
    involvedObject: event.regarding ?? {},
    reason: event.reason,
    message: event.note,
    source: event.deprecatedSource ?? {},
    firstTimestamp: event.deprecatedFirstTimestamp ?? null,
    lastTimestamp: event.deprecatedLastTimestamp ?? null,
    count: event.deprecatedCount,
    type: event.type,
    eventTime: event.eventTime ?? null,
    series: event.series,
    action: event.action,
    related: event.related,
    reportingComponent: event.reportingController ?? "",
    reportingInstance: event.reportingInstance ?? "",
  }) as CoreEvent;
}

/** The way back. What the core group writes empty and this group does not is left out. */
function fromCore(object: KubeObject): Event {
  const event = object as CoreEvent;
  return withoutAbsent({
    apiVersion: apiVersionOf(GROUP_VERSION),
    kind: "Event",
    metadata: event.metadata,
    eventTime: event.eventTime ?? null,
    series: event.series,
    reportingController: event.reportingComponent || undefined,
    reportingInstance: event.reportingInstance || undefined,
    action: event.action,
    reason: event.reason,
    regarding: event.involvedObject ?? {},
    related: event.related,
    note: event.message,
    type: event.type,
    deprecatedSource: event.source ?? {},
    deprecatedFirstTimestamp: event.firstTimestamp ?? null,
    deprecatedLastTimestamp: event.lastTimestamp ?? null,
    deprecatedCount: event.count,
  }) as Event;
}

function withoutAbsent(object: Record<string, unknown>): unknown {
  for (const member of Object.keys(object)) if (object[member] === undefined) delete object[member];
  return object;
}
