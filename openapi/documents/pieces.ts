import { setImmediate } from "node:timers/promises";
import type { KindDefinition } from "../../apis/kind.ts";
import { Definitions } from "./definitions.ts";
import { type Address, addressesOf, CORE_VERSIONS, GROUPS, groupAddress, resourcesAddress, VERSION } from "./operations.ts";
import type { Part } from "./schemas.ts";
import { V2Paths } from "./v2.ts";
import { pathItem } from "./v3.ts";

/** One entry of a section of a document. A document is made of pieces, so that no slice of the making is long. */
export interface Piece {
  readonly section: "paths" | "definitions" | "parameters";
  readonly name: string;
  readonly value: Part;
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Whether a group version is of custom kinds alone: documents call themselves another name then, and tell no list of resources. */
export const isCustom = (kinds: readonly KindDefinition[]): boolean => kinds.every(({ flavor }) => flavor === "custom");

/** The swagger document of everything. */
export function* v2Pieces(kinds: readonly KindDefinition[]): Generator<Piece> {
  const definitions = new Definitions("v2", kinds, versionsOf(kinds));
  const paths = new V2Paths(definitions);
  for (const address of addressesOfAll(kinds)) {
    yield { section: "paths", name: address.path, value: paths.pathItem(address) };
    yield* written(definitions);
  }
  for (const [name, value] of Object.entries(paths.parameters)) yield { section: "parameters", name, value: value as Part };
}

/** A document of OpenAPI v3: of some addresses, and of the kinds that they serve. */
export function* v3Pieces(addresses: Iterable<Address>, kinds: readonly KindDefinition[]): Generator<Piece> {
  const own = versionsOf(kinds).filter(({ group, version }) => group !== "" || version !== "v1");
  const definitions = new Definitions("v3", kinds, [{ group: "", version: "v1" }, ...own]);
  for (const address of addresses) {
    yield { section: "paths", name: address.path, value: pathItem(address, definitions) as Part };
    yield* written(definitions);
  }
}

function* written(definitions: Definitions): Generator<Piece> {
  for (let next = definitions.next(); next !== undefined; next = definitions.next()) {
    yield { section: "definitions", name: next[0], value: next[1] };
  }
}

/** The addresses of one group version: its kinds, and the list of its resources. */
export function* addressesOfVersion(kinds: readonly KindDefinition[]): Generator<Address> {
  const [first] = kinds;
  if (first !== undefined && !isCustom(kinds)) yield resourcesAddress(first);
  for (const kind of kinds) yield* addressesOf(kind);
}

function* addressesOfAll(kinds: readonly KindDefinition[]): Generator<Address> {
  yield VERSION;
  yield CORE_VERSIONS;
  yield GROUPS;
  const groups = new Map<string, Map<string, KindDefinition[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.group) ?? new Map<string, KindDefinition[]>();
    groups.set(kind.group, versions);
    versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind]);
  }
  for (const [group, versions] of groups) {
    if (group !== "" && ![...versions.values()].every(isCustom)) yield groupAddress(group);
    for (const inVersion of versions.values()) yield* addressesOfVersion(inVersion);
  }
}

function versionsOf(kinds: readonly KindDefinition[]): GroupVersion[] {
  const versions = new Map<string, GroupVersion>();
  for (const { group, version } of kinds) versions.set(`${group}/${version}`, { group, version });
  return [...versions.values()];
}

/** The longest that pieces are made without letting others run, in ms. */
const SLICE = 4;

/** When this was last done, for whichever document: making many small ones in a row is one long slice too. */
let gaveWay = 0;

/** Hands out pieces and gives way to others in between. */
export async function forEachPiece(pieces: Iterable<Piece>, take: (piece: Piece) => void): Promise<void> {
  for (const piece of pieces) {
    take(piece);
    if (performance.now() - gaveWay < SLICE) continue;
    await setImmediate();
    gaveWay = performance.now();
  }
}
