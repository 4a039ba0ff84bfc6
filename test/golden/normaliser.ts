import type { Variables } from "./variables.ts";

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const MICROTIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
/** In an object that a text quotes. */
const QUOTED_REVISION = /(\bresourceVersion\\?":\\?")([1-9]\d*)/g;
const REVISION = /^[1-9]\d*$/;

/** Shorter values of variables could stand anywhere by chance. */
const LEAST_VALUE = 6;

/**
 * Puts names in the place of what no two runs share. Equal values get equal names, in the order in which they first appear, so that it shows
 * whether an object is the same as before, and whether it has changed since:
 *
 *     uid 3f…01, then 77…9c, then 3f…01      <uid-1>, <uid-2>, <uid-1>
 *     resourceVersion 41, 41, 45             <rv-1>, <rv-1>, <rv-2>; of lists <list-rv>
 */
export class Normaliser {
  readonly #variables: Variables;
  readonly #uids = new Map<string, string>();
  readonly #revisions = new Map<string, string>();

  /** @param variables may grow while the scenario is played */
  constructor(variables: Variables) {
    this.#variables = variables;
  }

  value(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== "object" || value === null) return value;
    const list = isList(value as Record<string, unknown>);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (/(^|\/)resourceVersion$/.test(name) && typeof member === "string" && REVISION.test(member))
          return [name, this.#revision(member)];
        if (name === "metadata" && list && typeof member === "object" && member !== null) return [name, this.#listMetadata(member)];
        return [this.#text(name), this.value(member)];
      }),
    );
  }

  #listMetadata(metadata: object): object {
    const { resourceVersion: _, continue: __, ...rest } = metadata as Record<string, unknown>;
    const told = this.value(rest) as Record<string, unknown>;
    for (const [name, value] of Object.entries(metadata)) {
      if (name === "resourceVersion") told[name] = value === "" ? "" : "<list-rv>";
      if (name === "continue") told[name] = value === "" ? "" : "<continue>";
    }
    return told;
  }

  #text(text: string): string {
    let told = text;
    for (const [name, value] of Object.entries(this.#variables)) {
      if (typeof value === "string" && value.length >= LEAST_VALUE) told = told.replaceAll(value, `\${${name}}`);
    }
    return told
      .replace(UUID, (uid) => nameOf(this.#uids, uid, "uid"))
      .replace(QUOTED_REVISION, (_, head: string, revision: string) => head + this.#revision(revision))
      .replace(MICROTIME, "<microtime>")
      .replace(TIME, "<time>");
  }

  #revision(revision: string): string {
    return nameOf(this.#revisions, revision, "rv");
  }
}

function nameOf(names: Map<string, string>, value: string, word: string): string {
  let name = names.get(value);
  if (name === undefined) {
    name = `<${word}-${names.size + 1}>`;
    names.set(value, name);
  }
  return name;
}

/** Lists, tables, and the bookmark that ends the initial events of a watch have the revision of a moment. */
function isList({ kind, items, metadata }: Record<string, unknown>): boolean {
  if (items !== undefined || (typeof kind === "string" && /List$|^Table$/.test(kind))) return true;
  const { annotations } = (metadata ?? {}) as { annotations?: Record<string, unknown> };
  return annotations?.["k8s.io/initial-events-end"] !== undefined;
}
