import { constants, type KeyObject, verify } from "node:crypto";
import { type DerNode, hexOf, partsOf } from "./der.ts";

interface Algorithm {
  readonly key: "rsa" | "ec" | "ed25519";
  readonly hash: string | null;
  readonly saltLength?: number;
}

/** By the object identifier, in hex (Go, crypto/x509). */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ["2a864886f70d010105", { key: "rsa", hash: "sha1" }],
  ["2a864886f70d01010b", { key: "rsa", hash: "sha256" }],
  ["2a864886f70d01010c", { key: "rsa", hash: "sha384" }],
  ["2a864886f70d01010d", { key: "rsa", hash: "sha512" }],
  ["2a8648ce3d0401", { key: "ec", hash: "sha1" }],
  ["2a8648ce3d040302", { key: "ec", hash: "sha256" }],
  ["2a8648ce3d040303", { key: "ec", hash: "sha384" }],
  ["2a8648ce3d040304", { key: "ec", hash: "sha512" }],
  ["2b6570", { key: "ed25519", hash: null }],
]);

const MD5_RSA = "2a864886f70d010104";
const RSA_PSS = "2a864886f70d01010a";
const MGF1 = "2a864886f70d010108";

const HASHES: ReadonlyMap<string, { readonly hash: string; readonly saltLength: number }> = new Map([
  ["608648016503040201", { hash: "sha256", saltLength: 32 }],
  ["608648016503040202", { hash: "sha384", saltLength: 48 }],
  ["608648016503040203", { hash: "sha512", saltLength: 64 }],
]);

const KEYS = {
  rsa: { name: "RSA", type: "*rsa.PublicKey", failure: "crypto/rsa: verification error" },
  ec: { name: "ECDSA", type: "*ecdsa.PublicKey", failure: "x509: ECDSA verification failure" },
  ed25519: { name: "Ed25519", type: "ed25519.PublicKey", failure: "x509: Ed25519 verification failure" },
} as const;

const UNKNOWN = "x509: cannot verify signature: algorithm unimplemented";

/**
 * Whether a signature is that of a key: undefined if so, else Go's text of what is wrong.
 *
 * @param algorithm the AlgorithmIdentifier within `bytes`
 * @throws DerError for an algorithm that is none
 */
export function signatureProblem(bytes: Buffer, algorithm: DerNode, signed: Buffer, key: KeyObject, signature: Buffer): string | undefined {
  const [oid, parameters] = partsOf(bytes, algorithm);
  const id = oid ? hexOf(bytes, oid) : "";
  if (id === MD5_RSA) return "x509: cannot verify signature: insecure algorithm MD5-RSA";
  const known = id === RSA_PSS ? pssOf(bytes, parameters) : ALGORITHMS.get(id);
  const type = KEYS[key.asymmetricKeyType as keyof typeof KEYS]?.type;
  if (known === undefined || type === undefined) return UNKNOWN;
  const { name, type: wanted, failure } = KEYS[known.key];
  if (type !== wanted) return `x509: signature algorithm specifies an ${name} public key, but have public key of type ${type}`;
  const { hash, saltLength } = known;
  const padding = saltLength === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  try {
    if (verify(hash, signed, { key, ...padding }, signature)) return undefined;
  } catch {
    // a signature that has not even the form
  }
  return failure;
}

/**
 * RSASSA-PSS with one hash for both, salt as long as the hash (RFC 4055): others are unknown, as to Go.
 *
 *     SEQUENCE { [0] hash, [1] SEQUENCE { MGF1, hash }, [2] salt length }
 */
function pssOf(bytes: Buffer, parameters: DerNode | undefined): Algorithm | undefined {
  const members = new Map((parameters ? partsOf(bytes, parameters) : []).map((part) => [part.tag & 0x1f, partsOf(bytes, part)[0]]));
  const [hashPart, maskPart, saltPart, trailer] = [members.get(0), members.get(1), members.get(2), members.get(3)];
  if (!hashPart || !maskPart || !saltPart) return undefined;
  const [hash] = partsOf(bytes, hashPart);
  const [mask, maskHashPart] = partsOf(bytes, maskPart);
  const maskHash = maskHashPart && partsOf(bytes, maskHashPart)[0];
  if (!hash || !mask || !maskHash || hexOf(bytes, mask) !== MGF1 || hexOf(bytes, maskHash) !== hexOf(bytes, hash)) return undefined;
  const known = HASHES.get(hexOf(bytes, hash));
  if (known === undefined || Number.parseInt(hexOf(bytes, saltPart), 16) !== known.saltLength) return undefined;
  return trailer && hexOf(bytes, trailer) !== "01" ? undefined : { key: "rsa", ...known };
}
