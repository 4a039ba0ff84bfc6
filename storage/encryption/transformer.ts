import { CIPHERS, type Cipher, type CipherName } from "./ciphers.ts";

/** One way of a configuration to store values: with one of the keys of a cipher, or as they are. */
export type Provider =
  | { readonly identity: true }
  | { readonly identity?: undefined; readonly cipher: CipherName; readonly keys: readonly NamedKey[] };

export interface NamedKey {
  readonly name: string;
  readonly secret: Uint8Array;
}

/** A value as it was stored. */
export interface Plain {
  readonly value: Uint8Array;
  /** A write would store it in another way: with a newer key, or encrypted at all. */
  readonly stale: boolean;
}

/** What every encrypted value in the store begins with, in Kubernetes' form: `k8s:enc:aescbc:v1:key1:`. */
const MARK = Buffer.from("k8s:enc:");

const startsWith = (bytes: Uint8Array, head: Uint8Array) =>
  bytes.length >= head.length && Buffer.compare(bytes.subarray(0, head.length), head) === 0;

/**
 * Stores the values of some resources in the first way of a list, and reads those that were stored in any of them
 * (k8s.io/apiserver, pkg/storage/value/transformer.go).
 */
export class Transformer {
  readonly #writer: Sealing | undefined;
  readonly #readers: readonly Sealing[];
  readonly #readsPlain: boolean;

  /** @param providers at least one, the one that writes first */
  constructor(providers: readonly Provider[]) {
    this.#readers = providers.flatMap((provider) =>
      provider.identity === true ? [] : provider.keys.map((key) => new Sealing(provider.cipher, CIPHERS[provider.cipher], key)),
    );
    this.#writer = providers[0]?.identity === true ? undefined : this.#readers[0];
    this.#readsPlain = providers.some((provider) => provider.identity === true);
  }

  toStored(value: Uint8Array, key: string): Uint8Array {
    return this.#writer === undefined ? value : this.#writer.seal(value, key);
  }

  /** @throws Error if none of the ways fits, or the bytes have been changed */
  fromStored(stored: Uint8Array, key: string): Plain {
    const errors: string[] = [];
    for (const reader of this.#readers) {
      if (!startsWith(stored, reader.head)) continue;
      try {
        return { value: reader.open(stored, key), stale: reader !== this.#writer };
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
    if (errors.length === 0 && this.#readsPlain && !startsWith(stored, MARK)) return { value: stored, stale: this.#writer !== undefined };
    throw new Error(errors[0] ?? "no matching prefix found");
  }
}

/** Values that are stored as they are. Those that an earlier configuration encrypted are told from others, and refused. */
export const PLAIN = new Transformer([{ identity: true }]);

class Sealing {
  readonly head: Buffer;
  readonly #cipher: Cipher;
  readonly #secret: Uint8Array;

  constructor(cipherName: CipherName, cipher: Cipher, key: NamedKey) {
    this.head = Buffer.from(`${MARK}${cipherName}:v1:${key.name}:`);
    this.#cipher = cipher;
    this.#secret = key.secret;
  }

  seal(value: Uint8Array, key: string): Uint8Array {
    return Buffer.concat([this.head, this.#cipher.seal(this.#secret, value, key)]);
  }

  open(stored: Uint8Array, key: string): Uint8Array {
    return this.#cipher.open(this.#secret, stored.subarray(this.head.length), key);
  }
}
