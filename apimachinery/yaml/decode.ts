import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { quote } from "../go-text.ts";
import { sortMembers } from "../json/reader.ts";
import { setMember } from "../json/value.ts";
import { resolve } from "./resolve.ts";
import { lineOf, YamlError } from "./yaml-error.ts";

/** A value of YAML: like JSON's, with the keys of maps still of any type. */
type Value = null | boolean | number | bigint | string | Value[] | YamlMap;
type Key = Exclude<Value, Value[] | YamlMap>;

/** A map while it is filled: keys are told apart by type and text, as in Go's `map[interface {}]interface {}`. */
class YamlMap {
  readonly entries = new Map<string, { key: Key; value: Value }>();
}

/** A key of a map: what tells it from others, what it becomes in JSON, and how Go prints it. */
interface MapKey {
  readonly id: string;
  readonly key: Key;
  readonly shown: string;
}

const BINARY = "tag:yaml.org,2002:binary";
const TAG = "tag:yaml.org,2002:";

/**
 * Makes values of the nodes of one document, the way go-yaml v2 decodes into an `interface {}` and sigs.k8s.io/yaml makes JSON of it.
 *
 *     <<: {a: "1", b: "2"}     a and b are set
 *     b: "3"                   b is set again: doubledKeys gets `line 2: key "b" already set in map`
 *     1: x                     the key becomes "1"
 */
export class YamlDecoder {
  readonly doubledKeys: string[] = [];
  readonly #text: string;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  /** Nodes decoded, and those of them within aliases: what go-yaml bounds the expansion of aliases by. */
  #decoded = 0;
  #aliased = 0;
  #aliasDepth = 0;
  #counted = { offset: 0, line: 1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws YamlError */
  decode(node: ParsedNode): unknown {
    return toJson(this.#value(node));
  }

  #value(node: Node | null): Value {
    this.#count();
    if (node === null) return null;
    if (isAlias(node)) return this.#follow(node, (target) => this.#value(target));
    this.#register(node);
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return this.#list(node);
    if (isMap(node)) return this.#fill(node, new YamlMap());
    return null;
  }

  #register(node: Node): void {
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #list(node: YAMLSeq): Value {
    return this.#within(node, () => node.items.map((item) => this.#value(nodeOf(item))));
  }

  #fill(node: YAMLMap, map: YamlMap): YamlMap {
    return this.#within(node, () => {
      for (const pair of node.items) this.#pair(pair as Pair<Node | null, Node | null>, map);
      return map;
    });
  }

  #pair({ key, value }: Pair<Node | null, Node | null>, map: YamlMap): void {
    if (isMergeKey(key)) {
      this.#merge(value, map);
      return;
    }
    const { id, key: name, shown } = this.#key(key);
    const member = this.#value(value);
    if (map.entries.has(id)) {
      this.doubledKeys.push(`line ${this.#line((value ?? key)?.range?.[0] ?? 0)}: key ${shown} already set in map`);
    }
    map.entries.set(id, { key: name, value: member });
  }

  /** The line of an offset, from 1. Offsets mostly grow, so lines are counted on from the last one. */
  #line(offset: number): number {
    if (offset < this.#counted.offset) this.#counted = { offset: 0, line: 1 };
    const { offset: from, line } = this.#counted;
    this.#counted = { offset, line: line + lineOf(this.#text, offset, from) };
    return this.#counted.line;
  }

  #key(node: Node | null): MapKey {
    const value = this.#value(node);
    if (Array.isArray(value) || value instanceof YamlMap) throw new YamlError(`yaml: invalid map key: ${goSyntax(value)}`);
    const shown = goSyntax(value);
    const isFloat = typeof value === "number" && isScalar(node) && resolve(node.source ?? "").type === "float";
    return isFloat ? { id: `float ${value}`, key: floatKey(value), shown } : { id: `${typeof value} ${value}`, key: value, shown };
  }

  /** Sets the members of a map, or of several, of which the earlier ones win. */
  #merge(node: Node | null, map: YamlMap): void {
    if (isAlias(node)) this.#follow(node, (target) => this.#merge(isMap(target) ? target : null, map));
    else if (isMap(node)) {
      this.#register(node);
      this.#fill(node, map);
    } else if (isSeq(node)) {
      for (const item of [...node.items].reverse()) this.#merge(isSeq(item) ? null : nodeOf(item), map);
    } else throw new YamlError("yaml: map merge requires map or sequence of maps as the value");
  }

  #follow<T>(alias: Alias, use: (target: Node) => T): T {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) throw new YamlError(`yaml: unknown anchor '${alias.source}' referenced`);
    if (this.#open.has(target)) throw new YamlError(`yaml: anchor '${alias.source}' value contains itself`);
    this.#aliasDepth++;
    const value = use(target);
    this.#aliasDepth--;
    return value;
  }

  #within<T>(node: Node, step: () => T): T {
    this.#open.add(node);
    const value = step();
    this.#open.delete(node);
    return value;
  }

  #count(): void {
    this.#decoded++;
    if (this.#aliasDepth > 0) this.#aliased++;
    if (this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > allowedAliases(this.#decoded)) {
      throw new YamlError("yaml: document contains excessive aliasing");
    }
  }

  #scalar(node: Scalar): Value {
    const text = String(node.value ?? "");
    const { tag } = node;
    if (tag === undefined || tag === "?") return isPlain(node) ? plainValue(text) : text;
    if (tag === BINARY) return binaryText(text);
    if (tag === "!" || tag === `${TAG}str` || !tag.startsWith(TAG)) return text;
    return tagged(tag.slice(TAG.length), text);
  }
}

/** How much of the decoding aliases may be: nearly all of a small document, a tenth of a very large one (goyaml.v2, decode.go). */
function allowedAliases(decoded: number): number {
  if (decoded <= 400_000) return 0.99;
  return decoded >= 4_000_000 ? 0.1 : 0.99 - 0.89 * ((decoded - 400_000) / 3_600_000);
}

const isPlain = (node: Scalar) => node.type === "PLAIN" || node.type === undefined;

const isMergeKey = (node: Node | null): boolean => isScalar(node) && isPlain(node) && node.value === "<<" && node.tag === undefined;

const nodeOf = (item: unknown): Node | null => (item as Node | null) ?? null;

const plainValue = (text: string): Value => resolve(text).value;

function tagged(type: string, text: string): Value {
  const resolved = resolve(text);
  if (resolved.type === type || (type === "float" && resolved.type === "int")) return resolved.value;
  if (type === "timestamp" || type === "merge") return text;
  throw new YamlError(`yaml: cannot decode !!${resolved.type === "string" ? "str" : resolved.type} \`${text}\` as a !!${type}`);
}

function binaryText(text: string): string {
  const clean = text.replace(/[\r\n]/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.length % 4 !== 0)
    throw new YamlError("yaml: !!binary value contains invalid base64 data");
  return Buffer.from(clean, "base64").toString("utf8");
}

/** strconv.FormatFloat(key, 'g', -1, 32), which is how keys that are fractions become texts. */
function floatKey(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  for (let precision = 1; precision <= 9; precision++) {
    const text = value.toPrecision(precision);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(Math.fround(value));
}

function toJson(value: Value): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new YamlError(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
  }
  if (Array.isArray(value)) return value.map(toJson);
  if (!(value instanceof YamlMap)) return value;
  const object: Record<string, unknown> = {};
  for (const { key, value: member } of value.entries.values()) {
    if (key === null) throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(member)}`);
    setMember(object, String(key), toJson(member));
  }
  return sortMembers(object);
}

/** A value as Go's `%#v` prints it. */
function goSyntax(value: Value): string {
  if (value === null) return "<nil>";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntaxInside).join(", ")}}`;
  if (!(value instanceof YamlMap)) return String(value);
  const entries = [...value.entries.values()].map(({ key, value: member }) => `${goSyntaxInside(key)}:${goSyntaxInside(member)}`);
  return `map[interface {}]interface {}{${entries.join(", ")}}`;
}

const goSyntaxInside = (value: Value) => (value === null ? "interface {}(nil)" : goSyntax(value));
