/**
 * An applied configuration laid over the live object (sigs.k8s.io/structured-merge-diff, typed/merge.go; reference, section 5.8).
 *
 * What is owned as one is taken as configured; maps are merged member by member, lists whose items are told apart item by item. A list then
 * has the configured order; an item that only the live list has stands where it stood, before what is configured anew:
 *
 *     live        a b c d
 *     configured  c x a
 *     merged      b c d x a
 */
import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import { asList, asMap, isEmptyAs, isEmptyContainer, itemElement, memberType, shapeOf } from "./shapes.ts";
import type { ListType, MapType, ValueType } from "./value-type.ts";

/** Shares parts with both, which must not be changed. */
export const mergeObjects = (type: ValueType, live: JsonObject, config: JsonObject): JsonObject =>
  (mergeValues(type, live, config) ?? {}) as JsonObject;

/** Undefined where nothing is left. */
function mergeValues(type: ValueType, live: JsonValue | undefined, config: JsonValue | undefined): JsonValue | undefined {
  const shape = shapeOf(type, config === undefined ? live : config);
  const container = shape === "list" ? type.list : shape === "map" ? type.map : undefined;
  if (container === undefined || container.atomic) return config === undefined ? live : config;
  if (shape === "map" && isJsonObject(live) && isJsonObject(config)) {
    const merged = mergeMaps(type.map as MapType, live, config);
    return merged === undefined && isEmptyContainer(live) && isEmptyContainer(config) ? config : merged;
  }
  if (isEmptyAs(shape, live) && isEmptyAs(shape, config)) return config === undefined ? live : config;
  return shape === "map"
    ? mergeMaps(type.map as MapType, asMap(live), asMap(config))
    : mergeLists(type.list as ListType, asList(live), asList(config));
}

function mergeMaps(map: MapType, live: JsonObject | undefined, config: JsonObject | undefined): JsonObject | undefined {
  const out: JsonObject = {};
  let empty = true;
  const take = (name: string, own: JsonValue | undefined, configured: JsonValue | undefined) => {
    const type = memberType(map, name);
    const merged = type === undefined ? (configured ?? own) : mergeValues(type, own, configured);
    if (merged === undefined) return;
    setMember(out, name, merged);
    empty = false;
  };
  for (const name of Object.keys(live ?? {})) {
    const own = live?.[name];
    if (own !== undefined) take(name, own, memberOf(config, name));
  }
  for (const name of Object.keys(config ?? {})) {
    const configured = config?.[name];
    if (configured !== undefined && memberOf(live, name) === undefined) take(name, undefined, configured);
  }
  return empty ? undefined : out;
}

const memberOf = (map: JsonObject | undefined, name: string): JsonValue | undefined =>
  map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;

function mergeLists(list: ListType, live: readonly JsonValue[], config: readonly JsonValue[]): JsonValue[] | undefined {
  const liveElements = live.map((item) => itemElement(list, item));
  const configElements = config.map((item) => itemElement(list, item));
  const configured = new Map(configElements.map((element, i) => [element, config[i] as JsonValue]));
  const own = new Map<string, JsonValue | undefined>();
  // items that share an element are not merged with what is configured
  for (const [i, element] of liveElements.entries()) own.set(element, own.has(element) ? undefined : (live[i] as JsonValue));

  const out: JsonValue[] = [];
  const put = (item: JsonValue | undefined, configuredItem: JsonValue | undefined) => {
    const merged = mergeValues(list.items, item, configuredItem);
    if (merged !== undefined) out.push(merged);
  };
  /** What both have, in the configured order: live items in between wait for the next of these. */
  const shared = configElements.filter((element) => own.has(element));
  let anchor = 0;
  const merged = new Set<string>();
  let [l, c] = [0, 0];
  while (l < live.length || c < config.length) {
    const liveElement = liveElements[l];
    const configElement = configElements[c];
    if (liveElement !== undefined) {
      if (liveElement === configElement) {
        put(own.get(liveElement), configured.get(liveElement));
        merged.add(liveElement);
        anchor += 1;
        l += 1;
        c += 1;
        continue;
      }
      if (!configured.has(liveElement)) {
        put(live[l], undefined);
        l += 1;
        continue;
      }
      const next = shared[anchor];
      const elsewhere = configElement !== undefined && next !== undefined && next !== liveElement;
      if (elsewhere || merged.has(liveElement)) {
        l += 1;
        if (elsewhere) continue;
      }
    }
    if (configElement !== undefined) {
      put(own.get(configElement), configured.get(configElement));
      merged.add(configElement);
      if (shared[anchor] === configElement) anchor += 1;
      c += 1;
    }
  }
  return out.length === 0 ? undefined : out;
}
