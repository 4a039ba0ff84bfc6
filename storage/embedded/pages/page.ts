import { numberAt } from "./meta.ts";

/**
 * One page of LMDB's trees (`MDB_page`, `MDB_node`). Where it says that something is, counts from behind the header:
 *
 *     header             pointers        free       nodes
 *     number, tx, flags  2 1 3 …    lower|----|upper  node node node|end
 *
 * Pointers are in the order of the keys, nodes in any order, without a gap from `upper` to the end of the page.
 */
export const HEADER_BYTES = 24;
const AT = { number: 0, transaction: 8, pad: 16, flags: 18, lower: 20, upper: 22, pages: 20 };
export const BRANCH = 1;
export const LEAF = 2;
export const OVERFLOW = 4;

/** A node's own header: size of the data (in a branch the child's page), flags, size of the key. */
const NODE_BYTES = 8;
export const ON_OVERFLOW = 1;
export const SUB_TREE = 2;
/** Page, transaction, pages (`MDB_ovpage`). */
const OVERFLOW_BYTES = 24;

export interface Node {
  /** Where in the page its key and its data start, and the data ends. */
  readonly key: number;
  readonly data: number;
  readonly end: number;
  /** Bytes of the value, which may be on pages of its own. */
  readonly size: number;
  readonly flags: number;
  /** In a branch: the page below. */
  readonly child: number;
}

/** What is wrong, without the place. */
export class Damage extends Error {}

/**
 * The nodes of a branch or leaf page, in the order of their keys.
 * @param newest no page can be newer than what refers to it
 * @throws Damage if the page is not `number`, is not of the kind, or does not fit together
 */
export function nodesOf(page: Buffer, number: number, kind: typeof BRANCH | typeof LEAF, newest: number): Node[] {
  checkHeader(page, number, kind, newest);
  const lower = page.readUInt16LE(AT.lower);
  const upper = page.readUInt16LE(AT.upper);
  const room = page.length - HEADER_BYTES;
  if (lower % 2 !== 0 || lower === 0 || lower > upper || upper > room) throw new Damage("has impossible bounds");
  const nodes: Node[] = [];
  let bytes = 0;
  for (let pointer = HEADER_BYTES; pointer < HEADER_BYTES + lower; pointer += 2) {
    const offset = page.readUInt16LE(pointer);
    const at = HEADER_BYTES + offset;
    if (offset % 2 !== 0 || offset < upper || at + NODE_BYTES > page.length) throw new Damage("has an entry outside of it");
    const node = nodeAt(page, at, kind);
    if (node.end > page.length) throw new Damage("has an entry that is too long");
    nodes.push(node);
    // nodes begin at even places
    bytes += (node.end - at + 1) & ~1;
  }
  // each inside, and as long together as there is room: then none lies over another, but for two flips at once
  if (bytes !== room - upper) throw new Damage("has entries that do not fill it");
  return nodes;
}

function nodeAt(page: Buffer, at: number, kind: number): Node {
  const low = page.readUInt32LE(at);
  const flags = page.readUInt16LE(at + 4);
  const key = at + NODE_BYTES;
  const data = key + page.readUInt16LE(at + 6);
  if (kind === BRANCH) return { key, data, end: data, size: 0, flags: 0, child: low + flags * 2 ** 32 };
  return { key, data, end: data + (flags === ON_OVERFLOW ? OVERFLOW_BYTES : low), size: low, flags, child: -1 };
}

/**
 * The pages that hold a value.
 * @throws Damage if they are not as many as the value needs
 */
export function overflowOf(page: Buffer, { data, size }: Node): { readonly first: number; readonly count: number } {
  const count = numberAt(page, data + 16);
  if (count < Math.ceil((HEADER_BYTES + size) / page.length)) throw new Damage("has a value on too few pages");
  return { first: numberAt(page, data), count };
}

/** @throws Damage if the page is not the first of so many that hold a value */
export function checkOverflow(page: Buffer, number: number, count: number, newest: number): void {
  checkHeader(page, number, OVERFLOW, newest);
  if (page.readUInt32LE(AT.pages) !== count) throw new Damage("is the first of another number of pages");
}

/** The transaction that wrote a page. */
export const transactionOf = (page: Buffer): number => numberAt(page, AT.transaction);

function checkHeader(page: Buffer, number: number, kind: number, newest: number): void {
  if (numberAt(page, AT.number) !== number || page.readUInt16LE(AT.pad) !== 0) throw new Damage("holds something else");
  if (page.readUInt16LE(AT.flags) !== kind) throw new Damage("is of another kind");
  if (transactionOf(page) > newest) throw new Damage("is newer than what refers to it");
}
