/** Reads values in DER, as far as it takes to find one within another. */

/** A value: from its tag up to its end; `start` is where its contents begin. */
export interface DerNode {
  readonly tag: number;
  readonly from: number;
  readonly start: number;
  readonly to: number;
}

/** What is no DER. */
export class DerError extends Error {}

const CONSTRUCTED = 0x20;

/** @throws DerError */
export function nodeAt(bytes: Buffer, from: number): DerNode {
  const first = bytes[from + 1];
  if (first === undefined) throw new DerError();
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = from + 2 + more;
  if (more > 4 || first === 0x80 || start > bytes.length) throw new DerError();
  const length = more === 0 ? first : bytes.readUIntBE(from + 2, more);
  if (start + length > bytes.length) throw new DerError();
  return { tag: bytes[from] as number, from, start, to: start + length };
}

/** The values within one that consists of values. @throws DerError */
export function partsOf(bytes: Buffer, node: DerNode): DerNode[] {
  if ((node.tag & CONSTRUCTED) === 0) throw new DerError();
  const parts: DerNode[] = [];
  for (let at = node.start; at < node.to; ) {
    const part = nodeAt(bytes, at);
    if (part.to > node.to) throw new DerError();
    parts.push(part);
    at = part.to;
  }
  return parts;
}

export const contentsOf = (bytes: Buffer, { start, to }: DerNode): Buffer => bytes.subarray(start, to);

export const wholeOf = (bytes: Buffer, { from, to }: DerNode): Buffer => bytes.subarray(from, to);

/** An object identifier as its contents in hex; other values too. */
export const hexOf = (bytes: Buffer, node: DerNode): string => contentsOf(bytes, node).toString("hex");
