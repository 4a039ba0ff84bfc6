import { Float } from "./json/value.ts";

/** What needs no escape: most texts are nothing else. */
const PLAIN = /^[ !\x23-\x5b\x5d-\x7e]*$/;
const NEEDS_ESCAPE = /["\\]|[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu;

/** Quotes as Go's `%q` and strconv.Quote do: double quotes, backslash escapes, printable Unicode as it stands. */
export function quote(text: string): string {
  return `"${PLAIN.test(text) ? text : text.replace(NEEDS_ESCAPE, escaped)}"`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  if (character === '"' || character === "\\") return `\\${character}`;
  if (SHORT[character] !== undefined) return SHORT[character];
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

const SHORT: Record<string, string> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A float64 as Go's `%v`: the shortest digits, with an exponent of two digits where it is less than -4 or more than 5. */
export function formatFloat(value: number): string {
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power <= 5) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** A Go struct in a value for {@link marshal}: its members stand in their order, none is left out. */
export class GoStruct {
  readonly members: Readonly<Record<string, unknown>>;
  constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }
}

/** A value as Go's `json.Marshal` writes it inside an error text: objects with sorted members, bigints as digits. */
export function marshal(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Float) return String(value.value);
  if (Array.isArray(value)) return `[${value.map(marshal).join(",")}]`;
  if (value instanceof GoStruct) return marshalMembers(Object.entries(value.members));
  if (typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return marshalMembers(members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }
  return typeof value === "string" ? marshalString(value) : JSON.stringify(value);
}

const marshalMembers = (members: readonly (readonly [string, unknown])[]) =>
  `{${members.map(([name, member]) => `${marshalString(name)}:${marshal(member)}`).join(",")}}`;

/** What stands in JSON as it is, in Go's too. */
const PLAIN_IN_JSON = /^[^"\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]*$/;

/** json.Marshal escapes `<`, `>`, `&` and the two line separators. */
function marshalString(text: string): string {
  if (PLAIN_IN_JSON.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
