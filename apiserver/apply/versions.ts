import type { JsonObject } from "../../apimachinery/json/value.ts";
import { apiVersionOf, asJson, type KubeObject } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Part } from "../strategy/update.ts";
import { type Filter, resetFilter } from "./reset-fields.ts";
import { typeOfKind, type ValueType } from "./value-type.ts";

/** One version that an object can be seen in. Owners speak of the fields of theirs. */
export interface Version {
  readonly apiVersion: string;
  readonly kind: KindDefinition;
  readonly type: ValueType;
  filter(part: Part): Filter;
}

/** The request asks for a version that a custom kind does not have (any more). */
export class NoSuchVersion extends Error {}

/** The versions of one stored kind, as a write through one of them needs them. */
export class Versions {
  readonly own: Version;
  readonly #all: readonly Version[];

  /** @param kinds all that are stored where `kind` is, itself among them */
  constructor(kind: KindDefinition, kinds: readonly KindDefinition[]) {
    this.#all = kinds.map(versionOf);
    this.own = this.#all[kinds.indexOf(kind)] as Version;
  }

  /**
   * Undefined for a version that a built-in kind does not have: what is owned there is owned no more.
   * @throws NoSuchVersion for custom kinds
   */
  at(apiVersion: string): Version | undefined {
    const found = this.#all.find((version) => version.apiVersion === apiVersion);
    if (found === undefined && this.own.kind.flavor === "custom") {
      throw new NoSuchVersion(`request to convert CR to an invalid group/version: ${apiVersion}`);
    }
    return found;
  }
}

/** An object of one version as one of another; the same where they are one. Custom kinds differ in the version's name alone. */
export function convert(object: JsonObject, from: Version, to: Version): JsonObject {
  if (from === to) return object;
  if (to.kind.flavor === "custom") return { ...object, apiVersion: to.apiVersion };
  const kube = object as unknown as KubeObject;
  const stored = from.kind.storedAs?.toStored(kube) ?? kube;
  const converted = to.kind.storedAs?.fromStored(stored) ?? stored;
  return { ...asJson(converted), apiVersion: to.apiVersion, kind: to.kind.kind };
}

function versionOf(kind: KindDefinition): Version {
  const filters = new Map<Part, Filter>();
  return {
    apiVersion: apiVersionOf(kind),
    kind,
    type: typeOfKind(kind),
    filter(part) {
      let filter = filters.get(part);
      if (filter === undefined) {
        filter = resetFilter(kind, part);
        filters.set(part, filter);
      }
      return filter;
    },
  };
}
