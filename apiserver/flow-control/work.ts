import type { RequestContext } from "../filters/context.ts";
import type { Registry } from "../registry/registry.ts";

/** Objects whose bytes a list copies in the time of a seat, which is that of a small write: a third of a millisecond. */
const COPIED_PER_SEAT = 1_000;
/** The same of objects that have to be parsed. */
const PARSED_PER_SEAT = 100;

/** The event loop's time that an event takes for each of its watchers, in milliseconds. */
const MS_PER_WATCHER = 0.01;
/** How long seats are kept for events; more work takes more seats. */
const EVENT_MS = 5;

/**
 * How many seats a request takes, `widest` at most: lists, and watches that start with the present state, as many as their objects take of the
 * event loop's time (k8s.io/apiserver, pkg/util/flowcontrol/request, which goes by memory).
 */
export function seatsOf(registry: Registry, { request, query, info }: RequestContext, widest: number): number {
  const { verb, name } = info;
  if ((verb !== "list" && verb !== "watch") || name !== "") return 1;
  const size = registry.find(info.group, info.version, info.resource)?.loaded(info.controlPlane)?.size ?? 0;
  if (size < PARSED_PER_SEAT) return 1;
  if (verb === "watch" && !startsWithState(query)) return 1;
  const limit = Number(query.get("limit") ?? 0);
  const whole = !(limit > 0) || query.has("labelSelector") || query.has("fieldSelector");
  const objects = whole ? size : Math.min(limit, size);
  const perSeat = /as=|protobuf|cbor|yaml/.test(request.headers.accept ?? "") ? PARSED_PER_SEAT : COPIED_PER_SEAT;
  return Math.max(1, Math.min(widest, Math.ceil(objects / perSeat)));
}

function startsWithState(query: RequestContext["query"]): boolean {
  const revision = query.get("resourceVersion") ?? "";
  return query.flag("sendInitialEvents") || revision === "" || revision === "0";
}

/** What a write leaves to do when it is answered: its event goes to all who watch. Undefined where that is not worth mentioning. */
export function workOfEvent(registry: Registry, { info }: RequestContext, widest: number): { seats: number; ms: number } | undefined {
  const watchers = registry.find(info.group, info.version, info.resource)?.loaded(info.controlPlane)?.watchers ?? 0;
  const ms = watchers * MS_PER_WATCHER;
  if (ms < 1) return undefined;
  const seats = Math.min(widest, Math.ceil(ms / EVENT_MS));
  return { seats, ms: ms / seats };
}
