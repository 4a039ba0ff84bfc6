export type Variables = Record<string, unknown>;

/** The value with every `${name}` in its texts and its members' names filled in; names that nobody knows stay. */
export function fill<T>(value: T, variables: Variables): T {
  return filled(value, variables) as T;
}

function filled(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return value.replace(/\$\{(\w+)\}/g, (all, name: string) => String(variables[name] ?? all));
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [filled(name, variables), filled(member, variables)]));
}
