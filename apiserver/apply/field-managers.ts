import type { Registry } from "../registry/registry.ts";
import type { Resource } from "../registry/resource.ts";
import { FieldManager } from "./field-manager.ts";
import { Versions } from "./versions.ts";

/** The field manager of every resource, made when first asked for. */
export class FieldManagers {
  readonly #registry: Registry;
  readonly #managers = new WeakMap<Resource, FieldManager>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  of(resource: Resource): FieldManager {
    let manager = this.#managers.get(resource);
    if (manager === undefined) {
      manager = new FieldManager(
        resource.kind,
        new Versions(
          resource.kind,
          this.#registry.storedLike(resource).map(({ kind }) => kind),
        ),
      );
      this.#managers.set(resource, manager);
    }
    return manager;
  }
}
