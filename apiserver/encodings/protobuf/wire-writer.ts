import { DELIMITED, VARINT } from "./wire-reader.ts";

/**
 * Writes protobuf's wire format from back to front: a delimited value is written first and its length after it, so nothing is measured
 * in advance. `{1: "ab", 2: {1: 5}}` is written in these steps:
 *
 *                            08 05     number 1 of the inner message
 *                      12 02 08 05     its length, and number 2 of the outer one
 *          0a 02 61 62 12 02 08 05     number 1, before it
 */
export class WireWriter {
  #buffer: Buffer;
  #at: number;

  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.#at = capacity;
  }

  /** How much is written: the end of a delimited value, for {@link delimited}. */
  get mark(): number {
    return this.#buffer.length - this.#at;
  }

  /** Number and length in front of all that was written since `mark`. */
  delimited(number: number, mark: number): void {
    this.varint(this.mark - mark);
    this.varint((number << 3) | DELIMITED);
  }

  string(number: number, text: string): void {
    const length = text.length < 32 ? this.#writeShort(text) : this.#writeLong(text, "utf8", Buffer.byteLength(text));
    this.varint(length);
    this.varint((number << 3) | DELIMITED);
  }

  /** Bytes given in base64. */
  base64(number: number, text: string): void {
    const reserved = Math.ceil((text.length * 3) / 4);
    this.varint(this.#writeLong(text, "base64", reserved));
    this.varint((number << 3) | DELIMITED);
  }

  bytes(number: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
    this.varint(bytes.length);
    this.varint((number << 3) | DELIMITED);
  }

  /** An int32, an int64 or a bool: negative ones take ten bytes. */
  integer(number: number, value: number | bigint): void {
    if (typeof value === "number" && value >= 0) this.varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
    this.varint((number << 3) | VARINT);
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[at++] = (rest % 0x80) | 0x80;
    this.#buffer[at] = rest;
  }

  /** All that was written, in no more memory than it takes. The writer is used up. */
  finish(): Buffer {
    const written = this.#buffer.subarray(this.#at);
    return this.#at > written.length ? Buffer.from(written) : written;
  }

  #wideVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  /** Short texts are nearly always ASCII and quicker byte by byte; the rest goes the long way. */
  #writeShort(text: string): number {
    this.#reserve(text.length);
    const start = this.#at - text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return this.#writeLong(text, "utf8", Buffer.byteLength(text));
      this.#buffer[start + index] = code;
    }
    this.#at = start;
    return text.length;
  }

  /** `reserved` may be more than the text takes; what it takes is moved to the end. */
  #writeLong(text: string, encoding: "utf8" | "base64", reserved: number): number {
    this.#reserve(reserved);
    const start = this.#at - reserved;
    const length = this.#buffer.write(text, start, reserved, encoding);
    if (length < reserved) this.#buffer.copyWithin(this.#at - length, start, start + length);
    this.#at -= length;
    return length;
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const written = this.mark;
    const capacity = Math.max(this.#buffer.length * 2, written + size);
    const buffer = Buffer.allocUnsafe(capacity);
    this.#buffer.copy(buffer, capacity - written, this.#at);
    this.#buffer = buffer;
    this.#at = capacity - written;
  }
}
