import { checksum } from "./checksum.ts";

/**
 * The bytes that one write leaves in the table of records. A record is written once and never changed.
 *
 *     0   checksum   uint32   of all that follows, and of the revision that this is the record of
 *     4   previous   double   revision of the key's write before this one; 0 if there is none
 *     12  time       double   milliseconds since 1970; never smaller than in the record before
 *     20  offset     double   bytes of all records ever written, this one included
 *     28  flags      byte     1: the key was removed, there is no value
 *     29  size       uint16   bytes of the key
 *     31  key        UTF-8
 *     …   value
 *
 * Numbers are big-endian. `time` and `offset` grow with the revision, so the age and the size of a stretch of history are two reads.
 */
const CHECKSUM = 0;
const PREVIOUS = 4;
const TIME = 12;
const OFFSET = 20;
const FLAGS = 28;
const KEY_SIZE = 29;
const HEADER = 31;

const REMOVED = 1;

export interface NewRecord {
  readonly revision: number;
  readonly previous: number;
  readonly time: number;
  /** Bytes of all records before this one. */
  readonly offset: number;
  readonly key: string;
  /** Bytes of the key in UTF-8. */
  readonly keySize: number;
  /** Absent when the key is removed. */
  readonly value: Uint8Array | undefined;
}

export function encodeRecord(record: NewRecord): Buffer {
  const start = HEADER + record.keySize;
  const bytes = Buffer.allocUnsafe(start + (record.value?.length ?? 0));
  bytes.writeDoubleBE(record.previous, PREVIOUS);
  bytes.writeDoubleBE(record.time, TIME);
  bytes.writeDoubleBE(record.offset + bytes.length, OFFSET);
  bytes[FLAGS] = record.value === undefined ? REMOVED : 0;
  bytes.writeUInt16BE(record.keySize, KEY_SIZE);
  bytes.write(record.key, HEADER);
  if (record.value !== undefined) bytes.set(record.value, start);
  bytes.writeUInt32BE(checksum(bytes.subarray(PREVIOUS), record.revision), CHECKSUM);
  return bytes;
}

/** Whether the record is what was written at a revision: disks and memories change bits. */
export const isIntact = (record: Buffer, revision: number): boolean =>
  record.length >= HEADER && checksum(plain(record, PREVIOUS), revision) === record.readUInt32BE(CHECKSUM);

export function previousOf(record: Buffer): number {
  return record.readDoubleBE(PREVIOUS);
}

export function timeOf(record: Buffer): number {
  return record.readDoubleBE(TIME);
}

export function offsetOf(record: Buffer): number {
  return record.readDoubleBE(OFFSET);
}

export function isRemoval(record: Buffer): boolean {
  return record[FLAGS] === REMOVED;
}

export function keyOf(record: Buffer): string {
  return record.toString("utf8", HEADER, HEADER + record.readUInt16BE(KEY_SIZE));
}

/** Values up to a quarter of this share memory of this size. */
const SLAB = 64 * 1024;

/**
 * Copies values out of memory that the next read overwrites. Small ones of one scan share memory: one large allocation costs as much as a
 * few small ones. They live as long as the last of them, so a copier is for one answer.
 */
export class Copier {
  #slab: ArrayBuffer | undefined;
  #used = 0;

  valueOf(record: Buffer): Uint8Array {
    const start = HEADER + record.readUInt16BE(KEY_SIZE);
    const size = record.length - start;
    if (size > SLAB / 4) return this.#copy(record, start, new Uint8Array(size));
    if (this.#slab === undefined || this.#used + size > SLAB) {
      this.#slab = new ArrayBuffer(SLAB);
      this.#used = 0;
    }
    const value = new Uint8Array(this.#slab, this.#used, size);
    this.#used += size;
    return this.#copy(record, start, value);
  }

  #copy(record: Buffer, start: number, target: Uint8Array): Uint8Array {
    target.set(plain(record, start));
    return target;
  }
}

/** Bytes of several records. */
export function lengthOf(records: readonly Buffer[]): number {
  let length = 0;
  for (const record of records) length += record.length;
  return length;
}

/** Copies one record, to be written elsewhere. */
export const copyRecord = (record: Buffer): Buffer => Buffer.from(plain(record, 0));

/** Copies one value. */
export function copyValue(record: Buffer): Uint8Array {
  return plain(record, HEADER + record.readUInt16BE(KEY_SIZE)).slice();
}

/** Memory that records were read from last: LMDB's binding always hands out the same. */
let memory: Uint8Array<ArrayBufferLike> = new Uint8Array();

/** The rest of a record from `start` on, not as a Buffer: making one takes as long as the read. */
function plain(record: Buffer, start: number): Uint8Array {
  if (memory.buffer !== record.buffer) memory = new Uint8Array(record.buffer);
  return memory.subarray(record.byteOffset + start, record.byteOffset + record.length);
}
