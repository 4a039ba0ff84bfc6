/** The names in a JSON pointer (RFC 6901). */
const namesIn = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));

/** A pointer's last name more. */
export const below = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** What a pointer leads to; undefined where it leads nowhere. */
export function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const name of namesIn(pointer)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Takes away what a pointer leads to, in place; `*` is any name. Items of lists are struck out, so that the others keep their places. */
export function remove(document: unknown, pointer: string): void {
  removeBelow(document, namesIn(pointer));
}

function removeBelow(value: unknown, [name, ...rest]: string[]): void {
  if (typeof value !== "object" || value === null || name === undefined) return;
  const members = value as Record<string, unknown>;
  for (const key of name === "*" ? Object.keys(members) : [name]) {
    if (rest.length > 0) removeBelow(members[key], rest);
    else if (Array.isArray(value)) value[Number(key)] = "<left out>";
    else delete members[key];
  }
}
