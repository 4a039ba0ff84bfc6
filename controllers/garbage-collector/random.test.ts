import { expect, it } from "vitest";
import type { KubeObject, OwnerReference } from "../../apimachinery/object.ts";
import type { Client, DeleteOptions, ResourceRef } from "../../client/client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { random } from "../../test/tools/random.ts";
import { garbageCollector } from "./garbage-collector.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const SECRETS = { group: "", version: "v1", resource: "secrets" };
const LOCATIONS = { group: "networking.datumapis.com", version: "v1alpha", resource: "locations" };
const KINDS = [
  { resource: CONFIG_MAPS, apiVersion: "v1", kind: "ConfigMap", namespaces: ["a", "b"] },
  { resource: SECRETS, apiVersion: "v1", kind: "Secret", namespaces: ["a", "b"] },
  { resource: LOCATIONS, apiVersion: "networking.datumapis.com/v1alpha", kind: "Location", namespaces: [""] },
];
const LOCATION_SPEC = {
  locationClassName: "datum-managed",
  topology: { "topology.datum.net/city-code": "DFW" },
  provider: { gcp: { projectId: "p", region: "r", zone: "z" } },
};

type Policy = NonNullable<DeleteOptions["propagationPolicy"]>;

interface Thing {
  readonly resource: ResourceRef;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  owners: readonly Reference[];
}

interface Reference extends OwnerReference {
  /** What is said of the owner besides its uid is true. */
  readonly isRight: boolean;
}

/** Of an owner whose kind is not served, or has namespaces where the thing has none, nothing can be said. */
function canBeJudged(namespace: string, { apiVersion, kind }: OwnerReference): boolean {
  const known = KINDS.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  return known !== undefined && (namespace !== "" || known.resource === LOCATIONS);
}

/** The collector without graph, queues and watches: looks at everything over and over until nothing changes. */
class Model {
  readonly things = new Map<string, Thing>();

  /** What is in the foreground goes in the end, like what is in the background: nothing holds it here. */
  delete({ uid }: Thing, policy: Policy): void {
    this.things.delete(uid);
    if (policy !== "Orphan") return;
    for (const thing of this.things.values()) thing.owners = thing.owners.filter((owner) => owner.uid !== uid);
  }

  settle(): void {
    while ([...this.things.values()].some((thing) => this.#collect(thing)));
  }

  /** True if something changed. */
  #collect(thing: Thing): boolean {
    const { uid, owners, namespace } = thing;
    if (owners.some((owner) => !canBeJudged(namespace, owner))) return false;
    const left = owners.filter((owner) => {
      const found = owner.isRight ? this.things.get(owner.uid) : undefined;
      return found !== undefined && (found.namespace === "" || found.namespace === namespace);
    });
    if (left.length === owners.length) return false;
    if (left.length === 0) this.things.delete(uid);
    else thing.owners = left;
    return true;
  }

  /** Each thing with whom it names as owners. */
  state(): string[] {
    return [...this.things.values()].map((thing) => line(thing, thing.owners)).sort();
  }
}

const line = ({ kind, namespace, name }: Pick<Thing, "kind" | "namespace" | "name">, owners: readonly OwnerReference[]) =>
  `${kind} ${namespace}/${name}: ${owners.map((owner) => `${owner.kind} ${owner.name} ${owner.uid}`).join(", ")}`;

async function actualState(client: Client): Promise<string[]> {
  const lists = await Promise.all(KINDS.map(async ({ resource, kind }) => ({ kind, list: await client.list(resource) })));
  return lists
    .flatMap(({ kind, list }) =>
      list.items.map(({ metadata }) =>
        line({ kind, namespace: metadata.namespace ?? "", name: metadata.name as string }, metadata.ownerReferences ?? []),
      ),
    )
    .sort();
}

const HOLD = "example.com/hold";
const STEPS = 40;
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 30));

class Play {
  readonly #admin: Client;
  readonly #below: (below: number) => number;
  readonly #model = new Model();
  /** Those that went may be named as owners too. */
  readonly #past: Thing[] = [];

  constructor(admin: Client, below: (below: number) => number) {
    this.#admin = admin;
    this.#below = below;
  }

  async step(): Promise<void> {
    const choice = this.#below(10);
    const present = [...this.#model.things.values()];
    if (choice < 5 || present.length < 5) for (let i = this.#below(6); i >= 0; i--) await this.#create();
    else if (choice < 7) await this.#adopt(this.#oneOf(present));
    else if (choice < 8) await this.#delete([this.#oneOf(present)], "Orphan");
    else
      await this.#delete(
        present.filter(() => this.#below(present.length) < 2),
        this.#oneOf<Policy>(["Foreground", "Background"]),
      );
    this.#model.settle();
    await eventually(async () => expect(await actualState(this.#admin)).toEqual(this.#model.state()));
    // what is yet to be collected wrongly, is; and the collector has seen everything
    await aMoment();
  }

  #oneOf<T>(among: readonly T[]): T {
    return among[this.#below(among.length)] as T;
  }

  async #create(): Promise<void> {
    const { resource, apiVersion, kind, namespaces } = this.#oneOf(KINDS);
    const namespace = this.#oneOf(namespaces);
    const name = `n${this.#past.length}`;
    const owners = this.#references(namespace);
    const object = {
      apiVersion,
      kind,
      metadata: { name, ownerReferences: owners.map(plain) },
      ...(resource === LOCATIONS && { spec: LOCATION_SPEC }),
    };
    const { metadata } = await this.#admin.create<KubeObject>(resource, namespace || undefined, object);
    const thing = { resource, apiVersion, kind, namespace, name, uid: metadata.uid as string, owners };
    this.#past.push(thing);
    this.#model.things.set(thing.uid, thing);
  }

  /** Gives a thing other owners, later ones too: so rings come about. */
  async #adopt(thing: Thing): Promise<void> {
    thing.owners = this.#references(thing.namespace);
    await this.#patch(thing, { ownerReferences: thing.owners.map(plain) });
  }

  #references(namespace: string): Reference[] {
    if (this.#past.length === 0) return [];
    const owners = Array.from({ length: this.#below(3) }, () => this.#reference(this.#oneOf(this.#past.slice(-30))));
    const distinct = owners.filter(({ uid }, index) => owners.findIndex((other) => other.uid === uid) === index);
    // what cannot be judged would block its owners for good
    return distinct.every((owner) => canBeJudged(namespace, owner))
      ? distinct
      : distinct.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  }

  #reference({ apiVersion, kind, name, uid }: Thing): Reference {
    const right = { apiVersion, kind, name, uid, isRight: true, blockOwnerDeletion: this.#below(2) === 0 };
    const wrong = this.#below(20);
    if (wrong === 0) return { ...right, name: "other", isRight: false };
    if (wrong === 1) return { ...right, kind: kind === "Secret" ? "ConfigMap" : "Secret", apiVersion: "v1", isRight: false };
    if (wrong === 2) return { ...right, apiVersion: "example.com/v1", kind: "Gizmo", isRight: false };
    return right;
  }

  /** Deletes things while others are held by a finalizer for a while. */
  async #delete(things: readonly Thing[], policy: Policy): Promise<void> {
    const held = policy === "Orphan" ? [] : [...this.#model.things.values()].filter(() => this.#below(4) === 0);
    for (const thing of held) await this.#patch(thing, { finalizers: [HOLD] });
    await aMoment();
    await Promise.all(things.map((thing) => this.#admin.delete(thing.resource, refOf(thing), { propagationPolicy: policy })));
    for (const thing of things) this.#model.delete(thing, policy);
    if (held.length > 0) await aMoment();
    await Promise.all(held.map((thing) => this.#release(thing)));
  }

  async #release(thing: Thing): Promise<void> {
    await eventually(async () => {
      const { metadata } = await this.#admin.get(thing.resource, refOf(thing));
      const finalizers = metadata.finalizers?.filter((name) => name !== HOLD) ?? [];
      await this.#patch(thing, { finalizers, resourceVersion: metadata.resourceVersion });
    });
  }

  #patch(thing: Thing, metadata: object): Promise<KubeObject> {
    return this.#admin.patch(thing.resource, refOf(thing), "application/merge-patch+json", { metadata });
  }
}

const refOf = ({ namespace, name }: Thing) => ({ ...(namespace && { namespace }), name });
const plain = ({ isRight: _, ...reference }: Reference): OwnerReference => reference;

it.each([1, 2, 3, 4, 5, 6])(
  "of any graph the collector leaves what a naive one leaves (seed %i)",
  async (seed) => {
    const plane = await TestControlPlane.start();
    for (const name of ["a", "b", "default"]) {
      await plane.admin.create({ group: "", version: "v1", resource: "namespaces" }, undefined, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      });
    }
    plane.run(garbageCollector);
    const play = new Play(plane.admin, random(seed));
    for (let step = 0; step < STEPS; step++) await play.step();
    await plane.close();
    expect(plane.errors).toEqual([]);
  },
  120_000,
);
