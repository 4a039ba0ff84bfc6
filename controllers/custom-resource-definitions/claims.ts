import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { Mirror } from "../runtime/reflector.ts";
import type { TakenNames } from "./names.ts";
import { type Work, workOf } from "./pending.ts";

interface Claim {
  readonly group: string;
  readonly resources: readonly string[];
  readonly kinds: readonly string[];
}

/** Of every definition the names that it was given, and no more: schemas are large. Tells on which definitions there is work. */
export class Claims implements Mirror<CustomResourceDefinition> {
  readonly #claims = new Map<string, Claim>();
  readonly #changed: (name: string, work: Work) => void;
  #before = new Set<string>();

  /** @param changed told the name of a definition to look at, and what there is to do */
  constructor(changed: (name: string, work: Work) => void) {
    this.#changed = changed;
  }

  /** What the definitions of a group have been given. */
  taken(group: string): TakenNames {
    const resources = new Set<string>();
    const kinds = new Set<string>();
    for (const claim of this.#claims.values()) {
      if (claim.group !== group) continue;
      for (const name of claim.resources) resources.add(name);
      for (const name of claim.kinds) kinds.add(name);
    }
    return { resources, kinds };
  }

  /** Counts a definition's names as given from now on, before the watch tells it. */
  put(definition: CustomResourceDefinition): void {
    const { metadata, spec, status } = definition;
    const name = metadata.name ?? "";
    const { plural = "", singular = "", shortNames = [], kind = "", listKind = "" } = status?.acceptedNames ?? {};
    const resources = [plural, singular, ...shortNames].filter((given) => given !== "");
    const kinds = [kind, listKind].filter((given) => given !== "");
    const before = this.#claims.get(name);
    this.#before.delete(name);
    this.#claims.set(name, { group: spec.group, resources, kinds });
    const work = workOf(definition);
    if (work !== undefined) this.#changed(name, work);
    const released =
      before !== undefined && ![...before.resources, ...before.kinds].every((given) => resources.includes(given) || kinds.includes(given));
    if (released) this.#released(spec.group, name);
  }

  remove({ metadata: { name = "" }, spec }: CustomResourceDefinition): void {
    if (this.#claims.delete(name)) this.#released(spec.group, name);
  }

  begin(): void {
    this.#before = new Set(this.#claims.keys());
  }

  end(): void {
    for (const name of this.#before) {
      const group = this.#claims.get(name)?.group;
      this.#claims.delete(name);
      if (group !== undefined) this.#released(group, name);
    }
    this.#before.clear();
  }

  /** Others of the group may get names now that they were refused. */
  #released(group: string, by: string): void {
    for (const [name, claim] of this.#claims) if (claim.group === group && name !== by) this.#changed(name, "name");
  }
}
