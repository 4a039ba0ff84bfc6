import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { type Extension, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";

export const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
export const ED25519 = { name: "Ed25519" };
export const rsa = (name = "RSASSA-PKCS1-v1_5", more: object = {}) => ({
  name,
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
  ...more,
});

export interface MadeRequest {
  readonly pem: string;
  /** The same as a CertificateSigningRequest carries it. */
  readonly base64: string;
  /** The key that it is for, in DER and base64. */
  readonly publicKey: string;
}

/** A PKCS#10 request with a new key. @param name `O=a, CN=jane`, or as JSON */
export async function certificationRequest(
  name: string | object[],
  algorithm: object = ECDSA,
  extensions: Extension[] = [],
): Promise<MadeRequest> {
  const keys = (await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  // the types are a browser's
  const order = { name, keys, extensions, signingAlgorithm: algorithm } as never;
  const pem = (await Pkcs10CertificateRequestGenerator.create(order, webcrypto as never)).toString("pem");
  const spki = await webcrypto.subtle.exportKey("spki", keys.publicKey);
  return { pem, base64: Buffer.from(pem).toString("base64"), publicKey: Buffer.from(spki).toString("base64") };
}
