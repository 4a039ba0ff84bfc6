/**
 * The rules for events (kubernetes, pkg/apis/core/validation/events.go). They are written for the core group's shape; events.k8s.io
 * is stricter, and speaks of most fields by the core group's names all the same.
 */
import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import { validateDnsSubdomain, validateQualifiedName } from "../../../apimachinery/validation/names.ts";
import type { Event } from "./event.ts";

/** What holds in both groups. `controllerField` is what the group calls the reporting controller. */
export function validateEvent(event: Event, controllerField: "reportingComponent" | "reportingController"): FieldError[] {
  const errors = event.eventTime ? validateNewStyle(event, controllerField) : validateOldStyle(event);
  const namespace = event.metadata.namespace ?? "";
  for (const text of validateDnsSubdomain(namespace)) errors.push(invalid("namespace", namespace, text));
  return errors;
}

/** An event is in its object's namespace; those of objects without one are in `default`. */
function validateOldStyle({ metadata, involvedObject }: Event): FieldError[] {
  const { namespace = "" } = involvedObject ?? {};
  return (namespace || "default") === metadata.namespace ? [] : [otherNamespace(namespace)];
}

const otherNamespace = (namespace: string) => invalid("involvedObject.namespace", namespace, "does not match event.namespace");

function validateNewStyle(event: Event, controllerField: string): FieldError[] {
  const { namespace = "" } = event.involvedObject ?? {};
  const { reportingComponent = "", reportingInstance, action, reason, message = "" } = event;
  const errors: FieldError[] = [];
  if (namespace === "" && event.metadata.namespace !== "default" && event.metadata.namespace !== "kube-system") {
    errors.push(otherNamespace(namespace));
  }
  if (reportingComponent === "") errors.push(required(controllerField));
  for (const text of validateQualifiedName(reportingComponent)) errors.push(invalid(controllerField, reportingComponent, text));
  errors.push(
    ...validateWord("reportingInstance", reportingInstance),
    ...validateWord("action", action),
    ...validateWord("reason", reason),
  );
  if (Buffer.byteLength(message) > 1024) errors.push(tooManyCharacters("message", 1024));
  return errors;
}

function validateWord(field: string, word = ""): FieldError[] {
  if (word === "") return [required(field)];
  return Buffer.byteLength(word) > 128 ? [tooManyCharacters(field, 128)] : [];
}

const tooManyCharacters = (field: string, limit: number) => invalid(field, "", `can have at most ${limit} characters`);

/** What a new event of events.k8s.io must be besides: new style, with the members of the old style empty. */
export function validateStrictly(event: Event): FieldError[] {
  const errors = validateSeries(event);
  const { type = "", source } = event;
  if (!event.eventTime) errors.push(required("eventTime"));
  if (type !== "Normal" && type !== "Warning") errors.push(invalid("type", "", `has invalid value: ${type}`));
  if (event.firstTimestamp) errors.push(mustBeUnset("firstTimestamp"));
  if (event.lastTimestamp) errors.push(mustBeUnset("lastTimestamp"));
  if (event.count) errors.push(mustBeUnset("count"));
  if (source?.component || source?.host) errors.push(mustBeUnset("source"));
  return errors;
}

const mustBeUnset = (field: string) => invalid(field, "", "needs to be unset");

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid("series.count", "", "should be at least 2"));
  if (!series.lastObservedTime) errors.push(required("series.lastObservedTime"));
  return errors;
}

/** What events.k8s.io does not let change; the core names, its own names where they differ, and what stands for one that is not there. */
const IMMUTABLE = [
  ["involvedObject", "involvedObject", null],
  ["reason", "reason", ""],
  ["message", "message", ""],
  ["source", "source", null],
  ["firstTimestamp", "firstTimestamp", null],
  ["lastTimestamp", "lastTimestamp", null],
  ["count", "count", 0],
  ["type", "type", ""],
  ["eventTime", "eventTime", null],
  ["action", "action", ""],
  ["related", "related", null],
  ["reportingComponent", "reportingController", ""],
  ["reportingInstance", "reportingInstance", ""],
] as const;

/** What an update through events.k8s.io must keep to besides: only the series changes. */
export function validateStrictUpdate(event: Event, old: Event): FieldError[] {
  const errors = same(event.series, old.series) ? [] : validateSeries(event);
  for (const [member, field, zero] of IMMUTABLE) {
    if (!same(event[member], old[member])) errors.push(invalid(field, event[member] ?? zero, "field is immutable"));
  }
  return errors;
}

/** Absent and null are alike. */
const same = (a: unknown, b: unknown) => equalJson((a ?? null) as JsonValue, (b ?? null) as JsonValue);
