import { readSync } from "node:fs";

/** What LMDB says of one of its trees (`MDB_db`). */
export interface Tree {
  /** Levels of pages; 0 if it is empty. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Page number; -1 if it is empty. */
  readonly root: number;
  /** In the list of free pages the size of a page, else 0. */
  readonly pad: number;
  readonly options: number;
}

/** A meta page: the store as one transaction left it. */
export interface Meta {
  /** 0 or 1. */
  readonly number: number;
  readonly pageBytes: number;
  readonly transaction: number;
  /** The number of the last page that is in use or was. */
  readonly lastPage: number;
  /** Transaction -> the pages it freed. */
  readonly free: Tree;
  /** The table of tables, and the state. */
  readonly main: Tree;
}

/** Where LMDB of the package `lmdb` writes what in a meta page (`MDB_page_header` and `MDB_meta` in its liblmdb/mdb.c). */
const AT = { page: 0, flags: 18, magic: 24, version: 28, free: 48, pageBytes: 48, options: 52, main: 96, lastPage: 144, transaction: 152 };
const BYTES = 168;
const META_PAGE = 8;
const MAGIC = 0xbeefc0de;
const VERSION = 2;

/** Keys of the list of free pages are numbers (`MDB_INTEGERKEY`). No other option is ever set here; one would be that the file is encrypted. */
export const INTEGER_KEYS = 8;

export const TREE_BYTES = 48;

/**
 * The two meta pages, the newest first; undefined where the file does not start as one of LMDB's. Numbers are in the machine's own order, as
 * LMDB writes them; every machine that Node 20 runs LMDB on is little-endian.
 */
export function readMetas(file: number): readonly [Meta, Meta] | undefined {
  const first = readMeta(file, 0, 0);
  const second = first && readMeta(file, 1, first.pageBytes);
  if (first === undefined || second === undefined || first.pageBytes !== second.pageBytes) return undefined;
  return second.transaction > first.transaction ? [second, first] : [first, second];
}

/**
 * Transactions are written to the meta pages by turns: the number says in which, and the other page has the one before. A copy has one only.
 */
export function belongTogether([newest, older]: readonly [Meta, Meta]): boolean {
  if (newest.transaction === 0) return true;
  const inTurn = newest.transaction % 2 === newest.number && (older.transaction === 0 || older.transaction % 2 === older.number);
  return inTurn && (older.transaction === newest.transaction - 1 || (older.transaction === 0 && older.main.root === -1));
}

function readMeta(file: number, number: number, position: number): Meta | undefined {
  const bytes = Buffer.alloc(BYTES);
  if (readSync(file, bytes, 0, BYTES, position) < BYTES) return undefined;
  const pageBytes = bytes.readUInt32LE(AT.pageBytes);
  const isMeta =
    numberAt(bytes, AT.page) === number &&
    bytes.readUInt16LE(AT.flags) === META_PAGE &&
    bytes.readUInt32LE(AT.magic) === MAGIC &&
    bytes.readUInt32LE(AT.version) === VERSION &&
    bytes.readUInt16LE(AT.options) === INTEGER_KEYS &&
    pageBytes >= 512 &&
    pageBytes <= 65536 &&
    (pageBytes & (pageBytes - 1)) === 0;
  if (!isMeta) return undefined;
  return {
    number,
    pageBytes,
    transaction: numberAt(bytes, AT.transaction),
    lastPage: numberAt(bytes, AT.lastPage),
    free: decodeTree(bytes, AT.free),
    main: decodeTree(bytes, AT.main),
  };
}

export function decodeTree(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    pad: bytes.readUInt32LE(at),
    options: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: numberAt(bytes, at + 8),
    leafPages: numberAt(bytes, at + 16),
    overflowPages: numberAt(bytes, at + 24),
    entries: numberAt(bytes, at + 32),
    root: root === 0xffff_ffff_ffff_ffffn ? -1 : Number(root),
  };
}

/** 64 bits as a number: what is too large for one is no page, count or transaction anyway. */
export const numberAt = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
