/** Our keys within etcd's: `{prefix}/{key}` in UTF-8. */
export class Keys {
  /** A key that none of ours can be: they are not empty. Below the prefix, where etcd lets this user read. */
  readonly nowhere: Buffer;
  readonly #prefix: string;
  readonly #bytes: number;

  /** @param prefix without a slash at its end */
  constructor(prefix: string) {
    this.#prefix = `${prefix}/`;
    this.nowhere = Buffer.from(this.#prefix);
    this.#bytes = Buffer.byteLength(this.#prefix);
  }

  encode(key: string): Buffer {
    return Buffer.from(this.#prefix + key);
  }

  decode(key: Buffer): string {
    return key.toString("utf8", this.#bytes);
  }

  /** The first key of a range. */
  start(prefix: string, from?: string): Buffer {
    const start = this.encode(prefix);
    if (from === undefined) return start;
    const given = this.encode(from);
    return Buffer.compare(given, start) > 0 ? given : start;
  }

  /** The first key behind all keys with a prefix: its last byte plus one, which is never 0xff in UTF-8. */
  end(prefix: string): Buffer {
    const end = this.encode(prefix);
    end[end.length - 1]! += 1;
    return end;
  }
}

/** A copy: what the client gives is a view of the whole message, which would live as long as the last value in it. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
