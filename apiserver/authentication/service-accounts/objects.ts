import { parseTime } from "../../../apimachinery/time/timestamp.ts";
import type { Secret } from "../../../apis/core/v1/secret.ts";
import type { Storage } from "../../../storage/storage.ts";
import { type Eventual, whenThere } from "../../eventual.ts";
import { ObjectReader } from "../../registry/object-reader.ts";
import type { ObjectRecord } from "../../registry/object-record.ts";
import type { Registry } from "../../registry/registry.ts";
import { ROOT_CONTROL_PLANE } from "../../routing/request-info.ts";

/** What of an object decides about the tokens that end with it. */
export interface TokenObject {
  readonly name: string;
  readonly uid: string;
  /** When it was asked to go; milliseconds since the epoch. */
  readonly deletedAt: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a Secret: the token that lies in it. */
  readonly token: string | undefined;
}

/**
 * The service accounts and Secrets that tokens refer to, as they are now. The cache answers; what it does not have, or knows under another
 * uid, is looked up in the store, so that a token counts as soon as it is issued, on every server of one etcd.
 */
export class TokenObjects {
  readonly #serviceAccounts: ObjectReader;
  readonly #secrets: ObjectReader;
  /** What was read out of a record: once for each state of an object, not once for each request. */
  readonly #read = new WeakMap<ObjectRecord, TokenObject>();

  constructor(registry: Registry, storage: Storage) {
    this.#serviceAccounts = new ObjectReader(registry, storage, "", "v1", "serviceaccounts");
    this.#secrets = new ObjectReader(registry, storage, "", "v1", "secrets");
  }

  serviceAccount(namespace: string, name: string, uid: string): Eventual<TokenObject | undefined> {
    return this.#current(this.#serviceAccounts, namespace, name, uid);
  }

  /** @param uid undefined: whichever is there */
  secret(namespace: string, name: string, uid?: string): Eventual<TokenObject | undefined> {
    return this.#current(this.#secrets, namespace, name, uid);
  }

  /** As they lie in the store, for what is decided about them once. */
  async stored(resource: "serviceaccounts" | "secrets", namespace: string, name: string): Promise<TokenObject | undefined> {
    const reader = resource === "secrets" ? this.#secrets : this.#serviceAccounts;
    const record = await reader.stored(ROOT_CONTROL_PLANE, namespace, name);
    return record && this.#objectOf(record);
  }

  #current(reader: ObjectReader, namespace: string, name: string, uid: string | undefined): Eventual<TokenObject | undefined> {
    if (!isPathSegment(namespace) || !isPathSegment(name)) return undefined;
    return whenThere(reader.cached(ROOT_CONTROL_PLANE, namespace, name), (record) => {
      const found = record && this.#objectOf(record);
      if (found === undefined || uid === undefined || found.uid === uid) return found;
      return reader.stored(ROOT_CONTROL_PLANE, namespace, name).then((stored) => stored && this.#objectOf(stored));
    });
  }

  #objectOf(record: ObjectRecord): TokenObject {
    let read = this.#read.get(record);
    if (read === undefined) {
      const { metadata, data } = record.object() as Secret;
      const { name = "", uid = "", deletionTimestamp, labels = {} } = metadata;
      read = {
        name,
        uid,
        deletedAt: deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp),
        labels,
        token: data?.token === undefined ? undefined : Buffer.from(data.token, "base64").toString(),
      };
      this.#read.set(record, read);
    }
    return read;
  }
}

/** Names come out of tokens that were signed with one of our keys, perhaps not by us: they name no more than an object. */
const isPathSegment = (name: string): boolean => name !== "" && !name.includes("/");
