/**
 * Objects as the model sees them: a value for each way to a leaf.
 *
 *     {"metadata": {"labels": {"x": "1"}, "finalizers": ["test.example.com/hold"]}, "data": {"a": "1"}}
 *
 *     metadata.labels.x = "1"   metadata.finalizers.test.example.com/hold = true   data.a = "1"
 */
export type Value = string | number | boolean;
export type Fields = ReadonlyMap<string, Value>;

export const HOLD = "metadata.finalizers.test.example.com/hold";
/** A field that every object has, so that nobody ever forgets its owners. */
export const KEEP = "metadata.annotations.keep";

/** The leaves that requests set; the rest of an object is the server's. */
const LEAF = /^(metadata\.(labels|annotations|finalizers)\..+|data\..+|immutable|spec\.mtu|spec\.ipam\..+|status\.ipam\..+)$/;

type Json = { readonly [name: string]: unknown };

/** All leaves of an object. */
export function fieldsOf(object: Json): Map<string, Value> {
  const fields = new Map<string, Value>();
  const walk = (value: unknown, way: string) => {
    if (Array.isArray(value)) for (const item of value) walk(true, `${way}.${item}`);
    else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) walk(member, way === "" ? name : `${way}.${name}`);
    } else if (LEAF.test(way)) fields.set(way, value as Value);
  };
  walk(object, "");
  return fields;
}

/** The same of the tree in an entry of managedFields. */
export function ownedFields(tree: Json): string[] {
  const fields: string[] = [];
  const walk = (node: Json, way: string) => {
    const steps = Object.entries(node).filter(([step]) => step !== ".");
    if (steps.length === 0 && LEAF.test(way)) fields.push(way);
    for (const [step, below] of steps) {
      const name = step.startsWith("v:") ? JSON.parse(step.slice(2)) : step.slice(2);
      walk(below as Json, way === "" ? name : `${way}.${name}`);
    }
  };
  walk(tree, "");
  return fields.sort();
}

/** An object, or a merge patch where values may be null, with these leaves. */
export function objectWith(fields: ReadonlyMap<string, Value | null>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [way, value] of fields) {
    const steps = way === HOLD ? ["metadata", "finalizers"] : way.split(".");
    let place = object;
    for (const step of steps.slice(0, -1)) {
      place[step] ??= {};
      place = place[step] as Record<string, unknown>;
    }
    place[steps.at(-1) as string] = way !== HOLD || value === null ? value : ["test.example.com/hold"];
  }
  return object;
}
