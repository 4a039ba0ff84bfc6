import type { PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import type { RequestInfo } from "../../routing/request-info.ts";

/**
 * Rules made ready to be asked (kubernetes, pkg/apis/rbac/v1/evaluation_helpers.go). Somebody may have hundreds, of which nearly all are about
 * something else. So every text has one of 32 bits, by its hash, and a rule keeps which bits its texts have: three ANDs tell of most
 * rules that they do not match, and only where they may are texts compared.
 *
 *   rule       get list   | ""  | pods configmaps      verbs 0…0101, groups 0…0001, resources 0…1010
 *   asked      watch      | ""  | pods                 verb  0…1000: no
 *   rule       * on * in all groups                    all bits set: texts are not looked at
 */
export class ResourceRule {
  readonly #verbs: Texts;
  readonly #groups: Texts;
  readonly #resources: Texts;
  readonly #names: readonly string[];
  readonly bits: Bits;

  constructor({ verbs, apiGroups = [], resources = [], resourceNames = [] }: PolicyRule) {
    this.#verbs = new Texts(verbs);
    this.#groups = new Texts(apiGroups);
    this.#resources = new Texts(resources);
    this.#names = resourceNames;
    this.bits = { verbs: this.#verbs.bits, groups: this.#groups.bits, resources: this.#resources.bits };
  }

  allows(asked: AskedResource): boolean {
    return (
      mayMatch(this.bits, asked) &&
      this.#verbs.has(asked.verb) &&
      this.#groups.has(asked.group) &&
      (this.#resources.has(asked.resource) || (asked.everywhere !== "" && this.#resources.has(asked.everywhere))) &&
      (this.#names.length === 0 || this.#names.includes(asked.name))
    );
  }
}

/** The bits of the texts of one or more rules. */
export interface Bits {
  readonly verbs: number;
  readonly groups: number;
  readonly resources: number;
}

export const NO_BITS: Bits = { verbs: 0, groups: 0, resources: 0 };

export const bitsOfAll = (rules: readonly ResourceRule[]): Bits =>
  rules.reduce(
    ({ verbs, groups, resources }, { bits }) => ({
      verbs: verbs | bits.verbs,
      groups: groups | bits.groups,
      resources: resources | bits.resources,
    }),
    NO_BITS,
  );

/** False where none of the rules can match. */
export const mayMatch = ({ verbs, groups, resources }: Bits, asked: AskedResource): boolean =>
  (verbs & asked.verbBit) !== 0 && (groups & asked.groupBit) !== 0 && (resources & asked.resourceBits) !== 0;

/** A rule for paths that are no resources. */
export class PathRule {
  readonly #verbs: Texts;
  readonly #paths: readonly string[];
  /** What comes before the stars at the end. */
  readonly #beginnings: readonly string[];

  constructor({ verbs, nonResourceURLs = [] }: PolicyRule) {
    this.#verbs = new Texts(verbs);
    this.#paths = nonResourceURLs;
    this.#beginnings = nonResourceURLs.filter((path) => path.endsWith("*")).map(withoutStars);
  }

  allows({ verb, path }: AskedPath): boolean {
    return this.#verbs.has(verb) && (this.#paths.includes(path) || this.#beginnings.some((beginning) => path.startsWith(beginning)));
  }
}

/** A path without the stars at its end, however many there are. */
export const withoutStars = (path: string): string => path.replace(/\*+$/, "");

export type Asked = AskedResource | AskedPath;

export class AskedPath {
  readonly verb: string;
  readonly path: string;

  constructor({ verb, path }: RequestInfo) {
    this.verb = verb;
    this.path = path;
  }
}

/** What a request asks for, its texts hashed once for all rules. */
export class AskedResource {
  readonly verb: string;
  readonly group: string;
  /** `configmaps` or `gears/status`. */
  readonly resource: string;
  /** `*` before the same subresource; empty where there is none. */
  readonly everywhere: string;
  readonly name: string;
  readonly verbBit: number;
  readonly groupBit: number;
  readonly resourceBits: number;

  constructor({ verb, group, resource, subresource, name }: RequestInfo) {
    this.verb = verb;
    this.group = group;
    this.resource = subresource === "" ? resource : `${resource}/${subresource}`;
    this.everywhere = subresource === "" ? "" : `*/${subresource}`;
    this.name = name;
    this.verbBit = bitOf(verb);
    this.groupBit = bitOf(group);
    this.resourceBits = subresource === "" ? bitOf(resource) : bitOf(this.resource) | bitOf(this.everywhere);
  }
}

const ALL = "*";

/** So few texts are found faster one after the other. */
const FEW = 16;

/** Texts of a rule, one of which may stand for all. */
class Texts {
  readonly bits: number;
  readonly #texts: readonly string[];
  /** Where they are many. */
  readonly #set: ReadonlySet<string> | undefined;
  readonly #all: boolean;

  constructor(texts: readonly string[] | null) {
    this.#texts = texts ?? [];
    this.#set = this.#texts.length > FEW ? new Set(texts) : undefined;
    this.#all = this.#texts.includes(ALL);
    this.bits = this.#all ? -1 : this.#texts.reduce((bits, text) => bits | bitOf(text), 0);
  }

  has(text: string): boolean {
    return this.#all || (this.#set === undefined ? this.#texts.includes(text) : this.#set.has(text));
  }
}

function bitOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return 1 << ((hash ^ (hash >>> 15)) & 31);
}
