import "reflect-metadata";
import { createPublicKey, type KeyObject, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

/*
 * The only module that makes certificates. It takes a tenth of a second to load, so it is imported when there is one to make.
 */

type CryptoKey = webcrypto.CryptoKey;

/** Node's, under the name that browsers' types know it by. */
const crypto = webcrypto as Parameters<typeof x509.cryptoProvider.set>[0] & webcrypto.Crypto;

/** The attribute that carries a user's uid (k8s.io/apiserver, asn1.X509UID). */
const UID = "1.3.6.1.4.1.57683.2";

/** Clocks of clients may run behind by this much. */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** Of a user. */
  readonly uid?: string;
}

export interface Order {
  readonly subject: Subject;
  /** The key the certificate is for; its private half, so that an authority can sign itself. */
  readonly key: KeyObject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly lifetime: number;
}

export interface Issuer {
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

/** An authority that vouches for itself. Returns PEM. */
export async function issueAuthority(order: Order): Promise<string> {
  const { publicKey, extension } = await publicPart(order.key);
  const name = nameOf(order.subject);
  return issue(order, order.key, {
    subject: name,
    issuer: name,
    publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      extension,
    ],
  });
}

/** A server's certificate for `names` (addresses and DNS names), or without names a client's. Never outlives its issuer. Returns PEM. */
export async function issueLeaf(order: Order, issuer: Issuer, names: readonly string[]): Promise<string> {
  const { publicKey, extension } = await publicPart(order.key);
  const authority = new x509.X509Certificate(issuer.certificate);
  const usage = names.length > 0 ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const lifetime = Math.min(order.lifetime, authority.notAfter.getTime() - order.now);
  return issue({ ...order, lifetime }, issuer.key, {
    subject: nameOf(order.subject),
    issuer: authority.subjectName.toJSON(),
    publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      extension,
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, crypto),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(generalName))] : []),
    ],
  });
}

/** The names beside the subject that a certificate may carry; others mean something to other programs. */
const NAMES: ReadonlySet<string> = new Set(["dns", "email", "ip", "url"]);

const namesIn = ({ rawData }: x509.Extension): x509.JsonGeneralName[] =>
  new x509.SubjectAlternativeNameExtension(rawData).names.toJSON().filter(({ type }) => NAMES.has(type));

/** From this lifetime on the minutes before now count as part of it, as with Kubernetes' signer. */
const LONG_MS = 8 * 3_600_000;

/**
 * A client's certificate for a PKCS#10 request (PEM) whose signature was checked: subject, key and names are the request's. Returns PEM.
 * @param usages of `digital signature` and `key encipherment`, what the request asks for
 */
export async function issueRequested(
  request: string,
  usages: readonly string[],
  order: Pick<Order, "now" | "lifetime">,
  issuer: Issuer,
): Promise<string> {
  const asked = new x509.Pkcs10CertificateRequest(request);
  const authority = new x509.X509Certificate(issuer.certificate);
  const asksNames = asked.getExtension("2.5.29.17");
  const names = asksNames === null ? [] : namesIn(asksNames);
  const wanted = order.lifetime < LONG_MS ? order.lifetime : order.lifetime - CLOCK_SKEW_MS;
  const flags =
    (usages.includes("digital signature") ? x509.KeyUsageFlags.digitalSignature : 0) |
    (usages.includes("key encipherment") ? x509.KeyUsageFlags.keyEncipherment : 0);
  return issue({ now: order.now, lifetime: Math.min(wanted, authority.notAfter.getTime() - order.now) }, issuer.key, {
    subject: asked.subjectName.toJSON(),
    issuer: authority.subjectName.toJSON(),
    publicKey: await asked.publicKey.export(crypto),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, crypto),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
}

interface Contents {
  readonly subject: x509.JsonName;
  readonly issuer: x509.JsonName;
  readonly publicKey: CryptoKey;
  readonly extensions: x509.Extension[];
}

async function issue({ now, lifetime }: Pick<Order, "now" | "lifetime">, signer: KeyObject, contents: Contents): Promise<string> {
  const serial = crypto.getRandomValues(new Uint8Array(16));
  // A serial number is positive, and its first byte is not zero.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...contents,
      serialNumber: Buffer.from(serial).toString("hex"),
      notBefore: new Date(now - CLOCK_SKEW_MS),
      notAfter: new Date(now + lifetime),
      signingKey: await privatePart(signer),
    },
    crypto,
  );
  return `${certificate.toString("pem")}\n`;
}

function nameOf({ commonName, organizations = [], uid }: Subject): x509.JsonName {
  return [
    ...organizations.map((organization) => ({ O: [organization] })),
    ...(uid === undefined ? [] : [{ [UID]: [uid] }]),
    { CN: [commonName] },
  ];
}

const generalName = (name: string): x509.JsonGeneralName => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name });

async function publicPart(key: KeyObject) {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const publicKey = await crypto.subtle.importKey("spki", spki, algorithmOf(key), true, ["verify"]);
  return { publicKey, extension: await x509.SubjectKeyIdentifierExtension.create(publicKey, false, crypto) };
}

function privatePart(key: KeyObject): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), algorithmOf(key), false, ["sign"]);
}

const CURVES: Record<string, string> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** Keys that people bring may be RSA or of another curve than those made here. */
function algorithmOf(key: KeyObject): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const namedCurve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (key.asymmetricKeyType !== "ec" || namedCurve === undefined)
    throw new Error(`a key of type ${key.asymmetricKeyType} cannot sign certificates here`);
  return { name: "ECDSA", namedCurve };
}
