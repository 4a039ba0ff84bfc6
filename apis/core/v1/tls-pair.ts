import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/**
 * Whether a certificate and a key, both in PEM, belong together: undefined if so, else Go's text of what is wrong
 * (crypto/tls, X509KeyPair). Secrets that fail are stored all the same; the client is warned.
 */
export function tlsPairProblem(certificatePem: Buffer, keyPem: Buffer): string | undefined {
  const blocks = pemBlocks(certificatePem);
  const certificateBlock = blocks.find(({ type }) => type === "CERTIFICATE");
  if (certificateBlock === undefined) return noCertificate(blocks.map(({ type }) => type));
  const keyBlocks = pemBlocks(keyPem);
  const keyBlock = keyBlocks.find(({ type }) => type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY"));
  if (keyBlock === undefined) return noKey(keyBlocks.map(({ type }) => type));
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certificateBlock.text);
  } catch {
    return "x509: malformed certificate";
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(keyBlock.text);
  } catch {
    return "tls: failed to parse private key";
  }
  if (certificate.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType)
    return "tls: private key type does not match public key type";
  return certificate.checkPrivateKey(privateKey) ? undefined : "tls: private key does not match public key";
}

export interface PemBlock {
  readonly type: string;
  readonly text: string;
}

/** The blocks of a PEM text, whatever stands between them. */
export function pemBlocks(pem: Buffer): PemBlock[] {
  const matches = pem.toString("latin1").matchAll(/-----BEGIN ([^\n-]+)-----[^-]*-----END \1-----/g);
  return Array.from(matches, ([text, type]) => ({ type: type as string, text }));
}

function noCertificate(skipped: readonly string[]): string {
  if (skipped.length === 0) return "tls: failed to find any PEM data in certificate input";
  if (skipped.length === 1 && skipped[0]?.endsWith("PRIVATE KEY")) {
    return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(" ")}]`;
}

function noKey(skipped: readonly string[]): string {
  if (skipped.length === 0) return "tls: failed to find any PEM data in key input";
  if (skipped.length === 1 && skipped[0] === "CERTIFICATE") {
    return "tls: found a certificate rather than a key in the PEM for the private key";
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(" ")}]`;
}
