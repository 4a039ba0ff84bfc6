import { createPublicKey, type KeyObject } from "node:crypto";
import { pemBlocks } from "../../core/v1/tls-pair.ts";
import { contentsOf, DerError, type DerNode, hexOf, nodeAt, partsOf, wholeOf } from "./der.ts";
import { signatureProblem } from "./request-signature.ts";

/*
 * Reads PKCS#10 requests (RFC 2986), as far as the API server and its signers judge them. In DER:
 *
 *   SEQUENCE { SEQUENCE { version, subject, public key, attributes }, SEQUENCE { signature algorithm }, BIT STRING signature }
 */

export interface CertificationRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Which kinds of other names it has. */
  readonly names: ReadonlySet<NameType>;
}

export type NameType = "DNS" | "email" | "IP" | "URI";

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
  try {
    return read(bytes);
  } catch (error) {
    throw error instanceof DerError ? malformed() : error;
  }
}

const malformed = () => new RequestError("x509: malformed certificate request");

const BIT_STRING = 0x03;
const BMP_STRING = 0x1e;

function read(bytes: Buffer): CertificationRequest {
  const [info, algorithm, signature] = partsOf(bytes, nodeAt(bytes, 0));
  const [, subject, key, attributes] = info ? partsOf(bytes, info) : [];
  if (!info || !subject || !key || !algorithm || signature?.tag !== BIT_STRING) throw malformed();
  // the first byte of a bit string counts the bits that do not belong to it: none
  const bits = bytes.subarray(signature.start + 1, signature.to);
  const problem = signatureProblem(bytes, algorithm, wholeOf(bytes, info), publicKey(wholeOf(bytes, key)), bits);
  if (problem !== undefined) throw new RequestError(problem);
  const values = valuesIn(bytes, subject);
  return {
    commonName: values.get(COMMON_NAME)?.at(-1) ?? "",
    organizations: values.get(ORGANIZATION) ?? [],
    names: attributes ? otherNames(bytes, attributes) : new Set(),
  };
}

function publicKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: "der", type: "spki" });
  } catch {
    throw new RequestError("x509: unsupported public key");
  }
}

const COMMON_NAME = "550403";
const ORGANIZATION = "55040a";

/** The values of a name by their object identifiers, in hex. */
function valuesIn(bytes: Buffer, name: DerNode): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const set of partsOf(bytes, name)) {
    for (const pair of partsOf(bytes, set)) {
      const [oid, value] = partsOf(bytes, pair);
      if (!oid || !value) throw malformed();
      const key = hexOf(bytes, oid);
      const text = contentsOf(bytes, value);
      const present = values.get(key) ?? [];
      present.push(value.tag === BMP_STRING ? Buffer.from(text).swap16().toString("utf16le") : text.toString());
      values.set(key, present);
    }
  }
  return values;
}

const EXTENSIONS = "2a864886f70d01090e";
const ALTERNATIVE_NAMES = "551d11";
const NAME_TYPES: ReadonlyMap<number, NameType> = new Map([
  [0x81, "email"],
  [0x82, "DNS"],
  [0x86, "URI"],
  [0x87, "IP"],
]);

/**
 * The kinds of names that stand beside the subject:
 *
 *     attributes { SEQUENCE { extensions, SET { SEQUENCE { SEQUENCE { alternative names, OCTET STRING { SEQUENCE { name, name … } } } … } } } … }
 */
function otherNames(bytes: Buffer, attributes: DerNode): Set<NameType> {
  const found = new Set<NameType>();
  for (const attribute of partsOf(bytes, attributes)) {
    const [type, values] = partsOf(bytes, attribute);
    if (!type || !values || hexOf(bytes, type) !== EXTENSIONS) continue;
    for (const extension of partsOf(bytes, values).flatMap((list) => partsOf(bytes, list))) {
      const members = partsOf(bytes, extension);
      const [oid, value] = [members[0], members.at(-1)];
      if (!oid || !value || hexOf(bytes, oid) !== ALTERNATIVE_NAMES) continue;
      for (const { tag } of partsOf(bytes, nodeAt(bytes, value.start))) {
        const name = NAME_TYPES.get(tag);
        if (name !== undefined) found.add(name);
      }
    }
  }
  return found;
}
