/**
 * The query of a request, read as Go's net/url reads it: pairs with a semicolon or a broken escape are skipped, `+` is a blank, and of
 * several values of one name the first counts.
 */
export class Query {
  static readonly empty = new Query(new Map());
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  static parse(text: string): Query {
    if (text === "") return Query.empty;
    const values = new Map<string, string[]>();
    for (const pair of text.split("&")) {
      if (pair === "" || pair.includes(";")) continue;
      const at = pair.indexOf("=");
      const name = unescaped(at < 0 ? pair : pair.slice(0, at));
      const value = unescaped(at < 0 ? "" : pair.slice(at + 1));
      if (name === undefined || value === undefined) continue;
      const list = values.get(name);
      if (list === undefined) values.set(name, [value]);
      else list.push(value);
    }
    return new Query(values);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The first value, or undefined when the name is absent. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Absent is false; any value except `false` and `0` is true, the empty one too (conversion of query parameters in apimachinery). */
  flag(name: string): boolean {
    const value = this.get(name);
    return value !== undefined && value.toLowerCase() !== "false" && value !== "0";
  }
}

function unescaped(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  return decodePercent(text.replaceAll("+", " "));
}

/** Percent-decoding of any bytes: what is no UTF-8 becomes U+FFFD; undefined when an escape is broken. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes("%")) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes: number[] = [];
    const raw = Buffer.from(text, "utf8");
    for (let i = 0; i < raw.length; i += 1) {
      if (raw[i] === 0x25) {
        bytes.push(Number.parseInt(raw.toString("latin1", i + 1, i + 3), 16));
        i += 2;
      } else bytes.push(raw[i] as number);
    }
    return Buffer.from(bytes).toString("utf8");
  }
}
