import type { JsonObject } from "../../../apimachinery/json/value.ts";
import type { ListMeta } from "../../../apimachinery/object.ts";
import { PIECE_BYTES, type Pieces } from "../../request.ts";
import { envelope, type ObjectType } from "./encode.ts";
import { listMeta } from "./messages.ts";
import { WireWriter } from "./wire-writer.ts";
import { writeMessage } from "./write-message.ts";

/** Writes a list in its envelope from the bare messages of its items, one after the other. */
export class ProtobufListWriter {
  readonly #type: ObjectType;
  readonly #pieces: Buffer[] = [];
  #piece = Buffer.alloc(0);
  #used = 0;
  #length = 0;

  /** @param type the list's, such as `{ apiVersion: "v1", kind: "ConfigMapList" }` */
  constructor(type: ObjectType, metadata: ListMeta) {
    this.#type = type;
    const head = new WireWriter(64);
    writeMessage(head, listMeta, metadata as JsonObject);
    head.delimited(1, 0);
    this.#append(head.finish());
  }

  add(message: Uint8Array): void {
    const head = new WireWriter(8);
    head.varint(message.length);
    head.varint(ITEM);
    this.#append(head.finish());
    this.#append(message);
  }

  finish(): Pieces {
    const { head, tail } = envelope(this.#type, this.#length);
    const pieces = [head, ...this.#pieces, this.#piece.subarray(0, this.#used), tail];
    return { length: head.length + this.#length + tail.length, pieces };
  }

  #append(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#piece.length) {
      if (this.#used > 0) this.#pieces.push(this.#piece.subarray(0, this.#used));
      this.#piece = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, bytes.length));
      this.#used = 0;
    }
    this.#piece.set(bytes, this.#used);
    this.#used += bytes.length;
    this.#length += bytes.length;
  }
}

/** Number 2 of every list, delimited. */
const ITEM = 0x12;
