import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Eventual } from "../eventual.ts";
import { Follower } from "../registry/follower.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Registry } from "../registry/registry.ts";
import { digestOf, isServed, isTerminating, kindsOfDefinition } from "./kinds-of-definition.ts";

interface Known {
  readonly digest: string;
  readonly kinds: readonly KindDefinition[];
}

/**
 * Keeps what is served in step with the CustomResourceDefinitions that are stored, those of other servers on the same store too.
 *
 *   a definition comes                    nothing: nobody has looked at its names yet
 *   its names were accepted, Established  its kinds are served
 *   its schema changes                    its kinds are others; what was cached is read anew, watches end
 *   it is being deleted                   its kinds stay, and nothing more is created
 *   it is gone                            so are its kinds
 */
export class Definitions {
  readonly #registry: Registry;
  readonly #onProblem: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  readonly #follower: Follower | undefined;

  /** @param onProblem told of definitions that cannot be served */
  constructor(registry: Registry, controlPlane: string, onProblem: (error: unknown) => void) {
    this.#registry = registry;
    this.#onProblem = onProblem;
    const resource = registry.find("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    const following = { put: (record: ObjectRecord) => this.#put(record), drop: (key: string) => this.#drop(key) };
    this.#follower = resource && new Follower(resource, controlPlane, following, onProblem);
  }

  /** Resolves when what is stored is served. Rejects with what the store says. */
  async start(): Promise<void> {
    await this.#follower?.start();
  }

  /**
   * Comes when what is served follows from every definition that a read at this moment would show: whoever has seen one established finds its
   * kind. Nearly always it is there already.
   */
  caughtUp(): Eventual<void> {
    return this.#follower?.caughtUp();
  }

  close(): void {
    this.#follower?.close();
  }

  #put(record: ObjectRecord): void {
    const definition = record.object() as CustomResourceDefinition;
    const before = this.#known.get(record.key);
    if (!isServed(definition)) {
      if (before !== undefined) this.#drop(record.key);
      return;
    }
    try {
      const digest = digestOf(definition);
      const kinds = before?.digest === digest ? before.kinds : kindsOfDefinition(definition);
      this.#known.set(record.key, { digest, kinds });
      this.#registry.define(record.key, { versions: kinds, terminating: isTerminating(definition) });
    } catch (error) {
      this.#onProblem(error);
    }
  }

  #drop(key: string): void {
    this.#known.delete(key);
    this.#registry.define(key, undefined);
  }
}
