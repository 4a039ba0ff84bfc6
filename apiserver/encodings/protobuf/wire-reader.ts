import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { decodeUtf8 } from "../../../apimachinery/json/utf8.ts";

/** How a field's value is laid out (protobuf encoding, wire types). */
export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const GROUP_START = 3;
export const GROUP_END = 4;
export const FIXED32 = 5;

/**
 * Reads protobuf's wire format from front to back: tags, varints and delimited values, within one message or all of a body.
 *
 * Never reads past its end and never recurses. Throws a DecodeError with the text of Go's generated code for what is malformed.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;
  /** The upper half of the last varint: bits 32 to 63. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#end = bytes.byteLength;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The lower 32 bits of the next varint, signed; {@link long} has all of them. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      if (this.#at >= this.#end) throw unexpectedEnd();
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#high = high;
        return low;
      }
    }
    throw new DecodeError("proto: integer overflow");
  }

  /** The next varint as an int64; a bigint beyond 2^53. */
  long(): number | bigint {
    const low = this.varint() >>> 0;
    const high = this.#high;
    if (high >= -0x200000 && high < 0x200000) {
      const value = high * 0x1_0000_0000 + low;
      if (Number.isSafeInteger(value)) return value;
    }
    return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low));
  }

  /** The next varint as Go's `v != 0`. */
  bool(): boolean {
    return this.varint() !== 0 || this.#high !== 0;
  }

  /** Enters the next delimited value: reads are within it until {@link leave} is called with the number given. */
  enter(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#at + length;
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  /** The next delimited value; shares the memory of the body. */
  bytes(): Buffer {
    const length = this.#length();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The same as text; bytes that are no UTF-8 become U+FFFD. */
  string(): string {
    const length = this.#length();
    const start = this.#at;
    this.#at += length;
    let ascii = true;
    for (let at = start; ascii && at < this.#at; at++) ascii = (this.#bytes[at] as number) < 0x80;
    if (!ascii) return decodeUtf8(this.#bytes.subarray(start, this.#at));
    return length === 0 ? "" : this.#bytes.toString("latin1", start, this.#at);
  }

  /** Passes over a value of that wire type, a whole group included. */
  skip(wireType: number): void {
    for (let groups = 0; ; ) {
      if (wireType === VARINT) this.varint();
      else if (wireType === FIXED64) this.#pass(8);
      else if (wireType === DELIMITED) this.#pass(this.#length());
      else if (wireType === GROUP_START) groups++;
      else if (wireType === GROUP_END) {
        if (groups === 0) throw new DecodeError("proto: unexpected end of group");
        groups--;
      } else if (wireType === FIXED32) this.#pass(4);
      else throw new DecodeError(`proto: illegal wireType ${wireType}`);
      if (groups === 0) return;
      wireType = this.varint() & 7;
    }
  }

  #pass(length: number): void {
    if (length > this.#end - this.#at) throw unexpectedEnd();
    this.#at += length;
  }

  #length(): number {
    const length = this.varint();
    if (length < 0 || this.#high < 0) throw new DecodeError("proto: negative length found during unmarshaling");
    if (this.#high > 0 || length > this.#end - this.#at) throw unexpectedEnd();
    return length;
  }
}

const unexpectedEnd = () => new DecodeError("unexpected EOF");
