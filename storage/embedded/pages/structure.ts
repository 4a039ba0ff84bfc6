import { fstatSync, readSync } from "node:fs";
import { decodeTree, INTEGER_KEYS, type Meta, numberAt, type Tree } from "./meta.ts";
import {
  BRANCH,
  checkOverflow,
  Damage,
  HEADER_BYTES,
  LEAF,
  type Node,
  nodesOf,
  ON_OVERFLOW,
  overflowOf,
  SUB_TREE,
  transactionOf,
} from "./page.ts";
import { nameOf } from "./tables.ts";

const MOST_PROBLEMS = 100;

/** A tree is never deeper (`CURSOR_STACK`). */
const MAX_DEPTH = 32;

type Compare = (a: Buffer, aStart: number, aEnd: number, b: Buffer, bStart: number, bEnd: number) => number;

/** What is between two keys: at least `from`, below `to`. */
interface Bounds {
  readonly from?: Buffer | undefined;
  readonly to?: Buffer | undefined;
}

interface Walk {
  readonly name: string;
  readonly compare: Compare;
  /** Whether to look into the leaves, or only whether they can be where they are said to be. */
  readonly leaves: boolean;
  /** Whether an entry of a leaf may have flags; what to do with it. */
  readonly entry?: (page: Buffer, node: Node) => void;
  readonly found: { branchPages: number; leafPages: number; overflowPages: number; entries: number };
}

/**
 * Looks whether LMDB's pages fit together as the transaction of a meta page left them. LMDB trusts its pages: a changed bit in one of them
 * makes it read what is not there, which ends the process, find nothing where something is, or write over what is in use.
 *
 * Every page belongs to something, and to one thing only:
 *
 *     2 meta pages | the list of free pages -> free pages | main -> keys -> branches, leaves
 *                                                               -> records -> branches, leaves, pages of large values
 *
 * so a page number that changed leaves one page that nothing has, and makes another one have two owners. What is inside of values is no
 * matter of this: records have checksums.
 *
 * @param file open for reading; nothing may reuse pages of that transaction meanwhile
 * @param isKey whether an entry of the table of keys is right
 * @param mostLeaves of a table, to look into: they are nearly all of the file; if there are more, none is
 * @returns what is wrong, a line each; the first hundred
 */
export function inspect(file: number, meta: Meta, isKey: (page: Buffer, node: Node) => boolean, mostLeaves: number): string[] {
  return new Inspection(file, meta).run(isKey, mostLeaves);
}

class Inspection {
  readonly #file: number;
  readonly #meta: Meta;
  readonly #fileBytes: number;
  readonly #problems: string[] = [];
  /** For each page whether something has it. */
  readonly #owned: Uint8Array;
  /** Pages that something has. */
  #count = 2;
  readonly #page: Buffer;
  readonly #overflow: Buffer;

  constructor(file: number, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    this.#fileBytes = fstatSync(file).size;
    this.#page = Buffer.alloc(meta.pageBytes);
    this.#overflow = Buffer.alloc(meta.pageBytes);
    this.#owned = new Uint8Array(meta.lastPage + 1);
  }

  run(isKey: (page: Buffer, node: Node) => boolean, mostLeaves: number): string[] {
    const { free, main, transaction, lastPage } = this.#meta;
    const tables = new Map<string, Tree>();
    const table = (page: Buffer, node: Node) => {
      const name = nameOf(page, node);
      if (node.flags === SUB_TREE) tables.set(name, decodeTree(page, node.data));
    };
    this.#tree(walk("main", bytewise, true, table), main, 0, transaction);
    const key = (page: Buffer, node: Node) => {
      if (node.flags !== 0 || !isKey(page, node)) throw new Damage("has a key that is not what was written");
    };
    const [keys, records] = [tables.get("keys"), tables.get("records")];
    const isLarge = (tree: Tree) => tree.leafPages > mostLeaves;
    if (keys) this.#tree(walk("keys", bytewise, !isLarge(keys), key), keys, 0, transaction);
    if (records) this.#tree(walk("records", bytewise, !isLarge(records)), records, 0, transaction);
    this.#tree(
      walk("free", byNumber, true, (page, node) => this.#freed(page, node)),
      free,
      INTEGER_KEYS,
      transaction,
    );
    if (this.#problems.length === 0) {
      // those of leaves that were not looked into
      const unseen = records !== undefined && isLarge(records) ? records.overflowPages : 0;
      const missing = lastPage + 1 - this.#count - unseen;
      if (missing !== 0) this.#wrong(`${Math.abs(missing)} pages ${missing > 0 ? "belong to nothing" : "are too many"}`);
    }
    return this.#problems;
  }

  #wrong(problem: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
  }

  #tree(walk: Walk, tree: Tree, options: number, newest: number): void {
    const pad = walk.name === "free" ? this.#meta.pageBytes : 0;
    const isPossible = tree.pad === pad && tree.options === options && (tree.root === -1) === (tree.depth === 0) && tree.depth <= MAX_DEPTH;
    if (!isPossible) this.#wrong(`the tree of ${walk.name} is an impossible one`);
    else if (tree.root !== -1) this.#descend(walk, tree.root, tree.depth, {}, newest);
    if (this.#problems.length > 0) return;
    const { found } = walk;
    const leaves = walk.leaves ? (["overflowPages", "entries"] as const) : [];
    for (const what of ["branchPages", "leafPages", ...leaves] as const)
      if (found[what] !== tree[what]) this.#wrong(`the tree of ${walk.name} has ${found[what]} ${what} where ${tree[what]} belong`);
  }

  /** @param height 1 for a leaf */
  #descend(walk: Walk, number: number, height: number, bounds: Bounds, newest: number): void {
    try {
      this.#own(number, 1);
      if (height === 1) walk.found.leafPages++;
      else walk.found.branchPages++;
      if (height === 1 && !walk.leaves) return;
      const page = this.#page;
      this.#read(number, page);
      const nodes = nodesOf(page, number, height === 1 ? LEAF : BRANCH, newest);
      this.#inOrder(walk.compare, page, nodes, bounds, height > 1);
      if (height === 1) {
        this.#leaf(walk, page, nodes);
        return;
      }
      // what is needed of the page before the next one is read over it
      const transaction = transactionOf(page);
      const below = nodes.map(({ key, data, child }) => ({ child, from: Buffer.from(page.subarray(key, data)) }));
      for (const [index, { child, from }] of below.entries()) {
        const inside = { from: index === 0 ? bounds.from : from, to: below[index + 1]?.from ?? bounds.to };
        this.#descend(walk, child, height - 1, inside, transaction);
      }
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.#wrong(`page ${number} (${walk.name}) ${error.message}`);
    }
  }

  #leaf(walk: Walk, page: Buffer, nodes: readonly Node[]): void {
    walk.found.entries += nodes.length;
    for (const node of nodes) {
      if (node.flags === ON_OVERFLOW) walk.found.overflowPages += this.#large(page, node);
      else if (node.flags !== 0 && walk.name !== "main") throw new Damage("has an entry of an unknown kind");
      walk.entry?.(page, node);
    }
  }

  /** A value on pages of its own. */
  #large(page: Buffer, node: Node): number {
    const { first, count } = overflowOf(page, node);
    this.#own(first, count);
    if ((first + count) * page.length > this.#fileBytes) throw new Damage(`refers to page ${first}, which is missing`);
    this.#read(first, this.#overflow);
    checkOverflow(this.#overflow, first, count, this.#meta.transaction);
    return count;
  }

  /** An entry of the list of free pages: how many numbers follow; a page, or (negative) a number of pages and the first of them; 0 is nothing. */
  #freed(page: Buffer, node: Node): void {
    const { bytes, at } = this.#value(page, node);
    const length = numberAt(bytes, at);
    if (node.data - node.key !== 8 || length * 8 + 8 > node.size) throw new Damage("has a list that is too long");
    for (let n = 1; n <= length; n++) {
      const entry = bytes.readBigInt64LE(at + n * 8);
      if (entry === 0n) continue;
      if (entry < 0n && n === length) throw new Damage("has a list that breaks off");
      if (entry < 0n) this.#own(numberAt(bytes, at + ++n * 8), Number(-entry));
      else this.#own(Number(entry), 1);
    }
  }

  #value(page: Buffer, node: Node): { readonly bytes: Buffer; readonly at: number } {
    if (node.flags === 0) return { bytes: page, at: node.data };
    const { first, count } = overflowOf(page, node);
    const bytes = Buffer.alloc(count * page.length);
    this.#read(first, bytes);
    return { bytes, at: HEADER_BYTES };
  }

  #inOrder(compare: Compare, page: Buffer, nodes: readonly Node[], { from, to }: Bounds, isBranch: boolean): void {
    // the first key of a branch says nothing
    const start = isBranch ? 1 : 0;
    for (let index = start; index < nodes.length; index++) {
      const { key, data } = nodes[index]!;
      const before = nodes[index - 1];
      if (index > start && before && compare(page, before.key, before.data, page, key, data) >= 0) throw new Damage("is out of order");
    }
    const [first, last] = [nodes[start], nodes.at(-1)];
    if (first === undefined || last === undefined) return;
    if (from && compare(page, first.key, first.data, from, 0, from.length) < 0) throw new Damage("is out of order");
    if (to && compare(page, last.key, last.data, to, 0, to.length) >= 0) throw new Damage("is out of order");
  }

  #own(first: number, count: number): void {
    if (first < 2 || !(first + count <= this.#owned.length)) throw new Damage(`refers to page ${first}, which is outside of the file`);
    for (let number = first; number < first + count; number++) {
      if (this.#owned[number] === 1) throw new Damage(`refers to page ${number}, which something else has`);
      this.#owned[number] = 1;
    }
    this.#count += count;
  }

  #read(number: number, into: Buffer): void {
    if (readSync(this.#file, into, 0, into.length, number * this.#meta.pageBytes) < into.length)
      throw new Damage(`refers to page ${number}, which is missing`);
  }
}

const walk = (name: string, compare: Compare, leaves: boolean, entry?: Walk["entry"]): Walk => ({
  name,
  compare,
  leaves,
  ...(entry && { entry }),
  found: { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 },
});

const bytewise: Compare = (a, aStart, aEnd, b, bStart, bEnd) => a.compare(b, bStart, bEnd, aStart, aEnd);

const byNumber: Compare = (a, aStart, _aEnd, b, bStart) => numberAt(a, aStart) - numberAt(b, bStart);
