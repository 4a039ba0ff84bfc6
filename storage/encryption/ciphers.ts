import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";

/** A way to encrypt with a secret key. What it makes lies behind a head that names it and the key, and is laid out as Kubernetes does. */
export interface Cipher {
  /** Bytes of a key. */
  readonly keyLengths: readonly number[];
  /** @param place what the value belongs to: where the cipher can, it does not open anything that was sealed for another place */
  seal(key: Uint8Array, plain: Uint8Array, place: string): Uint8Array;
  /** @throws Error if the bytes are not what {@link seal} made with this key for this place */
  open(key: Uint8Array, sealed: Uint8Array, place: string): Uint8Array;
}

const BLOCK = 16;
const GCM_NONCE = 12;
const GCM_TAG = 16;
const SECRETBOX_NONCE = 24;
const SECRETBOX_TAG = 16;

/** AES in CBC mode with PKCS #7 padding: `iv || text`. It does not notice every change of the bytes. */
const aescbc: Cipher = {
  keyLengths: [16, 24, 32],
  seal(key, plain) {
    const iv = randomBytes(BLOCK);
    const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
    return joined(iv, cipher.update(plain), cipher.final());
  },
  open(key, sealed) {
    if (sealed.length < 2 * BLOCK || sealed.length % BLOCK !== 0) throw new Error("the stored data is no whole number of blocks");
    const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, sealed.subarray(0, BLOCK));
    try {
      return joined(cipher.update(sealed.subarray(BLOCK)), cipher.final());
    } catch {
      throw new Error("invalid padding on input");
    }
  },
};

/** AES in Galois/counter mode: `nonce || text || tag`. The place is authenticated too. */
const aesgcm: Cipher = {
  keyLengths: [16, 24, 32],
  seal(key, plain, place) {
    const nonce = randomBytes(GCM_NONCE);
    const cipher = createCipheriv(gcm(key), key, nonce).setAAD(Buffer.from(place));
    return joined(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
  },
  open(key, sealed, place) {
    if (sealed.length < GCM_NONCE + GCM_TAG) throw new Error("the stored data was shorter than the required size");
    const tag = sealed.subarray(sealed.length - GCM_TAG);
    const cipher = createDecipheriv(gcm(key), key, sealed.subarray(0, GCM_NONCE), { authTagLength: GCM_TAG });
    cipher.setAAD(Buffer.from(place)).setAuthTag(tag);
    try {
      return joined(cipher.update(sealed.subarray(GCM_NONCE, sealed.length - GCM_TAG)), cipher.final());
    } catch {
      throw new Error("message authentication failed");
    }
  },
};

/** One array of its own, not a Buffer, of which values of a store are no kind. */
function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.concat(parts);
  return new Uint8Array(buffer, byteOffset, length);
}

const gcm = (key: Uint8Array) => `aes-${key.length * 8}-gcm` as "aes-256-gcm";

/** XSalsa20 with Poly1305, NaCl's secretbox: `nonce || tag || text`. */
const secretbox: Cipher = {
  keyLengths: [32],
  seal(key, plain) {
    const nonce = randomBytes(SECRETBOX_NONCE);
    return joined(nonce, xsalsa20poly1305(key, nonce).encrypt(plain));
  },
  open(key, sealed) {
    if (sealed.length < SECRETBOX_NONCE + SECRETBOX_TAG) throw new Error("the stored data was shorter than the required size");
    try {
      return xsalsa20poly1305(key, sealed.subarray(0, SECRETBOX_NONCE)).decrypt(sealed.subarray(SECRETBOX_NONCE));
    } catch {
      throw new Error("message authentication failed");
    }
  },
};

/** By their names in a configuration. */
export const CIPHERS = { aescbc, aesgcm, secretbox } as const;
export type CipherName = keyof typeof CIPHERS;
