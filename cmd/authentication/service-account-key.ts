import { generateKeyPairSync } from "node:crypto";
import path from "node:path";
import {
  KeyError,
  type SigningKey,
  signingKey,
  type VerificationKey,
  verificationKeys,
} from "../../apiserver/authentication/service-accounts/keys.ts";
import { readRequired, readText, writePrivate } from "../certificates/private-file.ts";
import { StartupError } from "../startup-error.ts";

/**
 * The key that tokens of service accounts are signed with, `sa.key` in a folder that is there; made when it is missing, with its public half
 * beside it in `sa.pub`, for other servers to check tokens with.
 * @throws StartupError naming the file
 */
export async function ensureServiceAccountKey(folder: string): Promise<SigningKey> {
  const file = path.join(folder, "sa.key");
  const publicFile = path.join(folder, "sa.pub");
  let pem = await readText(file);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    await writePrivate(file, pem);
  }
  const key = inFile(file, () => signingKey(pem));
  const publicPem = key.key.export({ type: "spki", format: "pem" }) as string;
  if ((await readText(publicFile)) !== publicPem) await writePrivate(publicFile, publicPem);
  return key;
}

/** @throws StartupError naming the file */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const pem = await readRequired(file);
  return inFile(file, () => signingKey(pem));
}

/** @throws StartupError naming the file */
export async function readVerificationKeys(file: string): Promise<VerificationKey[]> {
  const pem = await readRequired(file);
  return inFile(file, () => verificationKeys(pem));
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new StartupError(`${file} cannot be used for tokens of service accounts: ${error.message}`);
  }
}
