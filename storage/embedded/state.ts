import { crc32 } from "node:zlib";

/** What the store knows of itself besides keys and records. Written with every transaction. */
export interface State {
  /** The newest revision. */
  readonly revision: number;
  /** Reads and watches reach back to this revision. */
  readonly oldest: number;
  /** Up to here compaction has removed what `oldest` made unneeded. At most `oldest`. */
  readonly swept: number;
  /** Time of the newest record, in milliseconds since 1970. */
  readonly time: number;
  /** Bytes of all records ever written. */
  readonly offset: number;
}

/**
 * An empty store begins as one whose first revisions have been compacted. Numbers as small as these are no memory of an earlier read but
 * made up; on any Kubernetes that has run for some minutes they are too old, and so they are here from the first one on, instead of
 * standing for a time when nothing was there.
 */
const FIRST = 4;
export const EMPTY: State = stateAfter(FIRST);

/** An empty store whose history begins after a revision. */
export function stateAfter(revision: number): State {
  return { revision, oldest: revision, swept: revision, time: 0, offset: 0 };
}

/**
 * The number of the format on disk, checked when a store is opened. One line for each:
 *
 * - 1 (in no release): tables `keys` and `records`, the state under `state` in the root table.
 * - 2 (in no release): records begin with a checksum.
 * - 3 (release 0.1.0): so have the state and the entries of `keys`; those of records count in their revision.
 */
const FORMAT = 3;

const CHECKSUM = 48;
const BYTES = 52;

export function encodeState(state: State): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.writeDoubleBE(FORMAT, 0);
  bytes.writeDoubleBE(state.revision, 8);
  bytes.writeDoubleBE(state.oldest, 16);
  bytes.writeDoubleBE(state.swept, 24);
  bytes.writeDoubleBE(state.time, 32);
  bytes.writeDoubleBE(state.offset, 40);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CHECKSUM)), CHECKSUM);
  return bytes;
}

/** @throws Error if the format is not the one written here, or the numbers make no sense */
export function decodeState(bytes: Buffer): State {
  const format = bytes.length >= 8 ? bytes.readDoubleBE(0) : Number.NaN;
  if (format !== FORMAT) throw new Error(`the store has format ${format}; this release reads format ${FORMAT}`);
  if (bytes.length !== BYTES || crc32(bytes.subarray(0, CHECKSUM)) !== bytes.readUInt32BE(CHECKSUM))
    throw new Error("the store's state is damaged");
  const state = {
    revision: bytes.readDoubleBE(8),
    oldest: bytes.readDoubleBE(16),
    swept: bytes.readDoubleBE(24),
    time: bytes.readDoubleBE(32),
    offset: bytes.readDoubleBE(40),
  };
  const ordered = 1 <= state.swept && state.swept <= state.oldest && state.oldest <= state.revision;
  if (!ordered || !Number.isSafeInteger(state.revision)) throw new Error("the store's state is damaged");
  return state;
}
