/**
 * The bytes that one write leaves in the table of records. A record is written once and never changed.
 *
 *     0   previous   double   revision of the key's write before this one; 0 if there is none
 *     8   time       double   milliseconds since 1970; never smaller than in the record before
 *     16  offset     double   bytes of all records ever written, this one included
 *     24  flags      byte     1: the key was removed, there is no value
 *     25  size       uint16   bytes of the key
 *     27  key        UTF-8
 *     …   value
 *
 * Numbers are big-endian. `time` and `offset` grow with the revision, so the age and the size of a stretch of history are two reads.
 */
const PREVIOUS = 0;
const TIME = 8;
const OFFSET = 16;
const FLAGS = 24;
const KEY_SIZE = 25;
const HEADER = 27;

const REMOVED = 1;

export interface NewRecord {
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
  return bytes;
}

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

/** Memory that records were read from last: LMDB's binding always hands out the same. */
let memory: Uint8Array<ArrayBufferLike> = new Uint8Array();

/** A copy of the value: `record` may be memory that the next read overwrites. */
export function copyValue(record: Buffer): Uint8Array {
  // Slicing a Buffer would make a Buffer, which takes as long as the read itself.
  if (memory.buffer !== record.buffer) memory = new Uint8Array(record.buffer);
  const start = record.byteOffset + HEADER + record.readUInt16BE(KEY_SIZE);
  return memory.slice(start, record.byteOffset + record.length);
}
