import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** What is wrong with a key; nothing of the key is in its text. */
export class KeyError extends Error {}

/** A key that tokens of service accounts are checked with. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithm: string;
  /** Names the key in tokens: the SHA-256 of the public key in DER, in base64url, as kube-apiserver has it. */
  readonly id: string;
}

/** The key that they are signed with; `key` is its public half. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/** @param pem a private key: RSA, or of the curves P-256, P-384, P-521. @throws KeyError */
export function signingKey(pem: string): SigningKey {
  const privateKey = privateKeyIn(pem);
  return { ...describe(createPublicKey(privateKey)), privateKey };
}

/** All the keys in a file of PEM: public keys, certificates, and private keys, of which the public half counts. @throws KeyError */
export function verificationKeys(pem: string): VerificationKey[] {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?-----END [A-Z0-9 ]+-----/g) ?? [];
  // the parameters of a curve stand before the keys that openssl writes
  const keys = blocks.filter((block) => !block.startsWith("-----BEGIN EC PARAMETERS")).map((block) => describe(publicKeyIn(block)));
  if (keys.length === 0) throw new KeyError("it holds no key in PEM form");
  return keys;
}

function privateKeyIn(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replace(/-----BEGIN EC PARAMETERS-----[\s\S]*?-----END EC PARAMETERS-----\s*/, ""));
  } catch {
    throw new KeyError("it holds no private key in PEM form");
  }
}

function publicKeyIn(block: string): KeyObject {
  try {
    if (block.startsWith("-----BEGIN CERTIFICATE-----")) return new X509Certificate(block).publicKey;
    return createPublicKey(block);
  } catch {
    throw new KeyError("it holds something that is no key");
  }
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };

function describe(key: KeyObject): VerificationKey {
  const algorithm =
    key.asymmetricKeyType === "rsa"
      ? "RS256"
      : key.asymmetricKeyType === "ec"
        ? CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""]
        : undefined;
  if (algorithm === undefined) throw new KeyError("a key has to be RSA, or of the curve P-256, P-384 or P-521");
  const spki = key.export({ type: "spki", format: "der" });
  return { key, algorithm, id: createHash("sha256").update(spki).digest("base64url") };
}
