import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { pemBlocks } from "../../core/v1/tls-pair.ts";

/*
 * Reads PKCS#10 requests (RFC 2986), as far as the API server judges them. In DER:
 *
 *   SEQUENCE { SEQUENCE { version, subject, public key, attributes }, SEQUENCE { signature algorithm }, BIT STRING signature }
 */

export interface CertificationRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** What is wrong with a request; the message is the detail of `spec.request: Invalid value`. */
export class RequestError extends Error {}

/**
 * @param base64 a PEM text
 * @throws RequestError for what is no request, or not signed by the key in it
 */
export function parseRequest(base64: string): CertificationRequest {
  const block = pemBlocks(Buffer.from(base64, "base64"))[0];
  if (block?.type !== "CERTIFICATE REQUEST") throw new RequestError("PEM block type must be CERTIFICATE REQUEST");
  const bytes = Buffer.from(block.text.replace(/-----[^-]*-----/g, ""), "base64");
  const [info, algorithm, signature] = partsOf(bytes, read(bytes, 0));
  const [, subject, key] = info ? partsOf(bytes, info) : [];
  const oid = algorithm && partsOf(bytes, algorithm)[0];
  if (!info || !subject || !key || !oid || signature?.tag !== BIT_STRING) throw malformed();
  const hex = contents(bytes, oid).toString("hex");
  // the first byte of a bit string counts the bits that do not belong to it: none
  checkSignature(whole(bytes, info), hex, publicKey(whole(bytes, key)), bytes.subarray(signature.start + 1, signature.to));
  const names = namesIn(bytes, subject);
  return { commonName: names.get(COMMON_NAME)?.at(-1) ?? "", organizations: names.get(ORGANIZATION) ?? [] };
}

const malformed = () => new RequestError("x509: malformed certificate request");

/** A value in DER: from its tag up to its end; `start` is where its contents begin. */
interface Node {
  readonly tag: number;
  readonly from: number;
  readonly start: number;
  readonly to: number;
}

const BIT_STRING = 0x03;
const BMP_STRING = 0x1e;
const CONSTRUCTED = 0x20;

function read(bytes: Buffer, from: number): Node {
  const first = bytes[from + 1];
  if (first === undefined) throw malformed();
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = from + 2 + more;
  if (more > 4 || first === 0x80 || start > bytes.length) throw malformed();
  const length = more === 0 ? first : bytes.readUIntBE(from + 2, more);
  if (start + length > bytes.length) throw malformed();
  return { tag: bytes[from] as number, from, start, to: start + length };
}

function partsOf(bytes: Buffer, node: Node): Node[] {
  if ((node.tag & CONSTRUCTED) === 0) throw malformed();
  const parts: Node[] = [];
  for (let at = node.start; at < node.to; ) {
    const part = read(bytes, at);
    if (part.to > node.to) throw malformed();
    parts.push(part);
    at = part.to;
  }
  return parts;
}

const contents = (bytes: Buffer, { start, to }: Node) => bytes.subarray(start, to);
const whole = (bytes: Buffer, { from, to }: Node) => bytes.subarray(from, to);

const COMMON_NAME = "550403";
const ORGANIZATION = "55040a";

/** The values of a name by their object identifiers, in hex. */
function namesIn(bytes: Buffer, name: Node): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const set of partsOf(bytes, name)) {
    for (const pair of partsOf(bytes, set)) {
      const [oid, value] = partsOf(bytes, pair);
      if (!oid || !value) throw malformed();
      const key = contents(bytes, oid).toString("hex");
      const text = contents(bytes, value);
      const values = names.get(key) ?? [];
      values.push(value.tag === BMP_STRING ? Buffer.from(text).swap16().toString("utf16le") : text.toString());
      names.set(key, values);
    }
  }
  return names;
}

function publicKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: "der", type: "spki" });
  } catch {
    throw new RequestError("x509: unsupported public key");
  }
}

/** Hash and failure by the object identifier of a signature, in hex. */
const ALGORITHMS: ReadonlyMap<string, readonly [hash: string | null, failure: string]> = new Map([
  ["2a864886f70d010105", ["sha1", "crypto/rsa: verification error"]],
  ["2a864886f70d01010b", ["sha256", "crypto/rsa: verification error"]],
  ["2a864886f70d01010c", ["sha384", "crypto/rsa: verification error"]],
  ["2a864886f70d01010d", ["sha512", "crypto/rsa: verification error"]],
  ["2a8648ce3d040302", ["sha256", "x509: ECDSA verification failure"]],
  ["2a8648ce3d040303", ["sha384", "x509: ECDSA verification failure"]],
  ["2a8648ce3d040304", ["sha512", "x509: ECDSA verification failure"]],
  ["2b6570", [null, "x509: Ed25519 verification failure"]],
]);

function checkSignature(signed: Buffer, oid: string, key: KeyObject, signature: Buffer): void {
  const algorithm = ALGORITHMS.get(oid);
  if (algorithm === undefined) throw new RequestError("x509: cannot verify signature: algorithm unimplemented");
  const [hash, failure] = algorithm;
  let good = false;
  try {
    good = verify(hash, signed, key, signature);
  } catch {
    // a key of another kind than the signature's
  }
  if (!good) throw new RequestError(failure);
}
