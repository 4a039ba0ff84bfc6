import type { KubeObject } from "../../apimachinery/object.ts";
import { comparePrecedence, type FlowSchema, type FlowSchemaSpec } from "../../apis/flowcontrol/v1/flow-schema.ts";
import { CATCH_ALL, GROUP } from "../../apis/flowcontrol/v1/group.ts";
import { MANDATORY_FLOW_SCHEMAS, MANDATORY_PRIORITY_LEVELS } from "../../apis/flowcontrol/v1/mandatory.ts";
import type { PriorityLevelConfiguration, PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import { Follower } from "../registry/follower.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Registry } from "../registry/registry.ts";
import { Classifier } from "./classifier.ts";
import { Counts, Level, Schema } from "./level.ts";
import { limitsOf } from "./limits.ts";

/** The flow schemas and priority levels that are stored, at work: those that are mandatory are there even where they are not stored. */
export class Configuration {
  readonly #seats: number;
  readonly #now: () => number;
  readonly #followers: readonly Follower[];
  readonly #storedSchemas = new Map<string, FlowSchema>();
  readonly #storedLevels = new Map<string, PriorityLevelConfiguration>();
  readonly #levels = new Map<string, Level>();
  /** Of the schemas that there are, by level and name. */
  #counts = new Map<string, Counts>();
  #schemas: readonly Schema[] = [];
  #classifier: Classifier<Schema> | undefined;

  /**
   * @param seats of the whole server
   * @param now milliseconds since the epoch
   * @param onProblem told of what cannot be read; it is read again
   */
  constructor(registry: Registry, controlPlane: string, seats: number, now: () => number, onProblem: (error: unknown) => void) {
    this.#seats = seats;
    this.#now = now;
    const follow = <T extends KubeObject>(plural: string, objects: Map<string, T>) => {
      const resource = registry.find(GROUP, "v1", plural);
      if (resource === undefined) return [];
      const start = resource.prefix(controlPlane).length;
      const put = (record: ObjectRecord) => {
        const object = record.object() as T;
        const { uid, generation } = objects.get(record.key.slice(start))?.metadata ?? {};
        objects.set(record.key.slice(start), object);
        // statuses and labels change nothing
        if (object.metadata.uid !== uid || object.metadata.generation !== generation) this.#classifier = undefined;
      };
      const drop = (key: string) => {
        objects.delete(key.slice(start));
        this.#classifier = undefined;
      };
      return [new Follower(resource, controlPlane, { put, drop }, onProblem)];
    };
    this.#followers = [...follow("flowschemas", this.#storedSchemas), ...follow("prioritylevelconfigurations", this.#storedLevels)];
  }

  /** Resolves when what is stored counts. Rejects with what the store says. */
  async start(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.start()));
  }

  close(): void {
    for (const follower of this.#followers) follower.close();
  }

  get levels(): Iterable<Level> {
    void this.classifier;
    return this.#levels.values();
  }

  get schemas(): readonly Schema[] {
    void this.classifier;
    return this.#schemas;
  }

  /** Made anew by the first request after a change. */
  get classifier(): Classifier<Schema> {
    this.#classifier ??= this.#build();
    return this.#classifier;
  }

  #build(): Classifier<Schema> {
    const levels = this.#buildLevels();
    const specs = new Map<string, { uid: string; spec: FlowSchemaSpec }>();
    for (const [name, spec] of MANDATORY_FLOW_SCHEMAS) specs.set(name, { uid: "", spec });
    for (const [name, { metadata, spec }] of this.#storedSchemas)
      if (spec !== undefined) specs.set(name, { uid: metadata.uid ?? "", spec });
    const schemas: Schema[] = [];
    const counts = new Map<string, Counts>();
    for (const [name, { uid, spec }] of specs) {
      const level = levels.get(spec.priorityLevelConfiguration.name);
      // without its level a schema is as good as none
      if (level === undefined) continue;
      const key = `${level.name}/${name}`;
      const counted = this.#counts.get(key) ?? new Counts();
      counts.set(key, counted);
      schemas.push(new Schema(name, uid, spec, level, counted));
    }
    this.#counts = counts;
    const asObject = ({ name, spec }: Schema) => ({ apiVersion: "", kind: "", metadata: { name }, spec });
    schemas.sort((a, b) => comparePrecedence(asObject(a), asObject(b)));
    this.#schemas = schemas;
    return new Classifier(schemas, schemas.find(({ name }) => name === CATCH_ALL) as Schema);
  }

  #buildLevels(): ReadonlyMap<string, Level> {
    const specs = new Map<string, PriorityLevelSpec>(MANDATORY_PRIORITY_LEVELS);
    for (const [name, { spec }] of this.#storedLevels) if (spec !== undefined) specs.set(name, spec);
    for (const name of this.#levels.keys()) if (!specs.has(name)) this.#levels.delete(name);
    const limits = limitsOf(specs, this.#seats);
    for (const [name, spec] of specs) {
      let level = this.#levels.get(name);
      if (level === undefined) {
        level = new Level(name, this.#now);
        this.#levels.set(name, level);
      }
      level.configure(this.#storedLevels.get(name)?.metadata.uid ?? "", spec, limits.get(name)!);
    }
    return this.#levels;
  }
}
