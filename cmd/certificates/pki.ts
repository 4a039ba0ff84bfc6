import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { Issuer, Order, Subject } from "./issue.ts";
import { namesIn } from "./names.ts";
import { readRequired, readText, writePrivate } from "./private-file.ts";

const DAY_MS = 24 * 3_600_000;
const AUTHORITY_LIFETIME_MS = 10 * 365 * DAY_MS;
const LEAF_LIFETIME_MS = 365 * DAY_MS;

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Pki {
  /** Vouches for the two others. */
  readonly authority: KeyPair;
  readonly server: KeyPair;
  /** The client certificate of the first administrator. */
  readonly admin: KeyPair;
  /** When the first of them is due for renewal. Milliseconds since the epoch. */
  readonly renewAt: number;
  /** Something was made or renewed by this call. */
  readonly changed: boolean;
}

/**
 * Sees to it that a folder holds an authority (`ca`), a server's certificate for `names` (`apiserver`) and a client's (`admin`), each as
 * `.crt` and `.key`, and none of them with less than a third of its lifetime left.
 *
 * A renewed certificate keeps its key: a key is written before its first certificate and never again, so that a crash at any point leaves
 * a key without a certificate at worst, for which one is made at the next start; and what the old authority signed stays good.
 * Deleting a `.key` and its `.crt` makes a new pair.
 *
 * @param now milliseconds since the epoch
 * @throws StartupError naming the file that cannot be read or written, is damaged, or does not fit its pair
 */
export async function ensurePki(folder: string, names: readonly string[], now: number): Promise<Pki> {
  await makeFolder(folder);
  const authority = await ensure(folder, "ca", { commonName: "datum-apiserver" }, now, AUTHORITY_LIFETIME_MS);
  const issuer: Issuer = { certificate: authority.certificate, key: authority.privateKey };
  const server = await ensure(folder, "apiserver", { commonName: "datum-apiserver" }, now, LEAF_LIFETIME_MS, issuer, names);
  const admin = await ensure(folder, "admin", { commonName: "admin", organizations: ["system:masters"] }, now, LEAF_LIFETIME_MS, issuer);
  const all = [authority, server, admin];
  return {
    authority,
    server,
    admin,
    renewAt: Math.min(...all.map(({ renewAt }) => renewAt)),
    changed: all.some(({ changed }) => changed),
  };
}

/**
 * A new key and a client certificate for it, from the authority that a folder holds already.
 * @throws StartupError naming the file of the authority that is missing or damaged
 */
export async function issueClient(
  folder: string,
  subject: Subject,
  now: number,
  lifetime: number,
): Promise<KeyPair & { authority: string }> {
  const [certificateFile, keyFile] = [path.join(folder, "ca.crt"), path.join(folder, "ca.key")];
  const authority = { certificate: await readRequired(certificateFile), key: await readRequired(keyFile) };
  checkPair(authority, certificateFile, keyFile);
  const issuer: Issuer = { certificate: authority.certificate, key: readKey(authority.key, keyFile) };
  const key = newKey();
  const { issueLeaf } = await import("./issue.ts");
  const certificate = await issueLeaf({ subject, key: createPrivateKey(key), now, lifetime }, issuer, []);
  return { certificate, key, authority: authority.certificate };
}

/** PEM. */
const newKey = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }) as string;

interface Ensured extends KeyPair {
  readonly privateKey: KeyObject;
  readonly renewAt: number;
  readonly changed: boolean;
}

async function ensure(
  folder: string,
  file: string,
  subject: Subject,
  now: number,
  lifetime: number,
  issuer?: Issuer,
  names: readonly string[] = [],
): Promise<Ensured> {
  const keyFile = path.join(folder, `${file}.key`);
  const certificateFile = path.join(folder, `${file}.crt`);
  const found = { key: await readText(keyFile), certificate: await readText(certificateFile) };

  let key = found.key;
  if (key === undefined) {
    // Everything that the lost key of an authority signed would be worthless; that is for a person to decide.
    if (found.certificate !== undefined && issuer === undefined)
      throw new StartupError(`${keyFile} is missing, which ${certificateFile} needs; restore it, or delete ${folder} to start afresh`);
    key = newKey();
    await writePrivate(keyFile, key);
  }
  const privateKey = readKey(key, keyFile);

  if (found.key !== undefined && found.certificate !== undefined) {
    const certificate = readCertificate(found.certificate, certificateFile);
    if (!certificate.checkPrivateKey(privateKey)) throw new StartupError(`${keyFile} is not the key of ${certificateFile}`);
    const renewAt = renewalOf(certificate);
    if (now < renewAt && isFrom(certificate, issuer) && sameNames(certificate, names))
      return { certificate: found.certificate, key, privateKey, renewAt, changed: false };
  }

  const order: Order = { subject, key: privateKey, now, lifetime };
  const { issueAuthority, issueLeaf } = await import("./issue.ts");
  const certificate = issuer === undefined ? await issueAuthority(order) : await issueLeaf(order, issuer, names);
  await writePrivate(certificateFile, certificate);
  return { certificate, key, privateKey, renewAt: renewalOf(new X509Certificate(certificate)), changed: true };
}

/** When a third of the lifetime is left. */
function renewalOf({ validFrom, validTo }: X509Certificate): number {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return to - (to - from) / 3;
}

/** Signed by that authority's key, or where there is none, by its own. */
function isFrom(certificate: X509Certificate, issuer: Issuer | undefined): boolean {
  const authority = issuer === undefined ? certificate : new X509Certificate(issuer.certificate);
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function sameNames(certificate: X509Certificate, names: readonly string[]): boolean {
  const present = new Set(namesIn(certificate));
  return present.size === names.length && names.every((name) => present.has(name));
}

function readKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new StartupError(`${file} is damaged: it holds no private key in PEM form`, error);
  }
}

function readCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new StartupError(`${file} is damaged: it holds no certificate in PEM form`, error);
  }
}

/** A pair that somebody else looks after, checked as far as a start needs it. Throws a StartupError naming the file. */
export function checkPair(pair: KeyPair, certificateFile: string, keyFile: string): void {
  const key = readKey(pair.key, keyFile);
  if (!readCertificate(pair.certificate, certificateFile).checkPrivateKey(key))
    throw new StartupError(`${keyFile} is not the key of ${certificateFile}`);
}

/** Certificates of authorities in one file. Throws a StartupError naming the file. */
export function checkAuthorities(pem: string, file: string): void {
  readCertificate(pem, file);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    throw new StartupError(`cannot create the folder ${folder}: ${reasonOf(error)}`, error);
  }
}
