import { webcrypto } from "node:crypto";
import type { KindDefinition } from "../../apis/kind.ts";
import { type Draft, writeJson, writeProtobuf } from "./forms.ts";
import { keyOf } from "./names.ts";
import { type Address, CORE_VERSIONS, GROUPS, groupAddress, VERSION } from "./operations.ts";
import { addressesOfVersion, isCustom, v2Pieces, v3Pieces } from "./pieces.ts";

/** Bytes that a document was not asked for in this time, in ms, are let go; they can be made again. */
const IDLE = 10 * 60 * 1000;

export interface OpenApiOptions {
  /** The kinds served now. */
  readonly source: () => readonly KindDefinition[];
  /** The version of the API that documents name, e.g. `v1.37.2`. */
  readonly version: string;
  readonly now?: () => number;
}

/**
 * The OpenAPI documents of the kinds served: one of v2 for all, and one of v3 for each group version, made when first asked for.
 *
 * A document is made anew when its own kinds change, and only then: a new CustomResourceDefinition costs the document of its group and
 * version, and that of v2. Bytes that nobody asks for are dropped at the next request for any document; their hash stays.
 */
export class OpenApiDocuments {
  readonly #source: () => readonly KindDefinition[];
  readonly #version: string;
  readonly #now: () => number;
  #kinds: readonly KindDefinition[] | undefined;
  #documents = new Map<string, OpenApiDocument>();
  #index: Promise<OpenApiIndex> | undefined;

  constructor({ source, version, now = Date.now }: OpenApiOptions) {
    this.#source = source;
    this.#version = version;
    this.#now = now;
  }

  /** The swagger document. */
  get v2(): OpenApiDocument {
    this.#refresh();
    return this.#documents.get(V2) as OpenApiDocument;
  }

  /** A document of v3 by its key: `api/v1`, `apis/{group}/{version}`, `apis/{group}`, `api`, `apis`, `version`. */
  v3(key: string): OpenApiDocument | undefined {
    this.#refresh();
    return key === V2 ? undefined : this.#documents.get(key);
  }

  /** The list of the documents of v3, each under an address that changes with its content. */
  index(): Promise<OpenApiIndex> {
    this.#refresh();
    this.#index ??= this.#writeIndex();
    return this.#index;
  }

  /** Lets go of all bytes. */
  evict(): void {
    for (const document of this.#documents.values()) document.evict();
  }

  async #writeIndex(): Promise<OpenApiIndex> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    // kinds may come and go meanwhile
    const documents = [...this.#documents].filter(([key]) => key !== V2).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, document] of documents) {
      paths[key] = { serverRelativeURL: serverRelativeUrl(key, await document.etag()) };
    }
    const bytes = Buffer.from(JSON.stringify({ paths }));
    return { bytes, etag: await hash(bytes), lastModified: this.#now() };
  }

  #refresh(): void {
    const kinds = this.#source();
    const now = this.#now();
    if (this.#kinds === undefined || !sameItems(kinds, this.#kinds)) this.#rebuild(kinds);
    this.#kinds = kinds;
    for (const document of this.#documents.values()) document.evict(now - IDLE);
  }

  #rebuild(kinds: readonly KindDefinition[]): void {
    const before = this.#documents;
    this.#documents = new Map();
    this.#index = undefined;
    const keep = (key: string, of: readonly KindDefinition[], draft: Draft) => {
      const old = before.get(key);
      const unchanged = old !== undefined && sameItems(of, old.kinds);
      this.#documents.set(key, unchanged ? old : new OpenApiDocument(draft, of, this.#now));
    };
    const builtin = { title: "Kubernetes", version: this.#version, security: true };
    const telling = (key: string, address: Address) =>
      keep(key, [], { ...builtin, openapi: "3.0.0", pieces: () => v3Pieces([address], []) });

    keep(V2, kinds, { ...builtin, openapi: "2.0", pieces: () => v2Pieces(kinds) });
    telling("api", CORE_VERSIONS);
    telling("apis", GROUPS);
    telling("version", VERSION);
    const custom = { title: "Kubernetes CRD Swagger", version: "v0.1.0", security: false };
    for (const [key, of] of byVersion(kinds)) {
      const group = of[0]?.group ?? "";
      if (group !== "" && !isCustom(of)) telling(`apis/${group}`, groupAddress(group));
      const named = isCustom(of) ? custom : builtin;
      keep(key, of, { ...named, openapi: "3.0.0", pieces: () => v3Pieces(addressesOfVersion(of), of) });
    }
  }
}

const V2 = "v2";

export interface OpenApiIndex {
  readonly bytes: Uint8Array;
  /** Without quotation marks. */
  readonly etag: string;
  /** In ms since the epoch. */
  readonly lastModified: number;
}

/** One document, in its two forms. */
export class OpenApiDocument {
  /** The kinds that it is made of. */
  readonly kinds: readonly KindDefinition[];
  /** When it became what it is, in ms since the epoch. */
  readonly lastModified: number;
  readonly #draft: Draft;
  readonly #now: () => number;
  #json: Promise<Buffer<ArrayBuffer>> | undefined;
  #protobuf: Promise<Buffer<ArrayBuffer>> | undefined;
  #etag: Promise<string> | undefined;
  #used: number;

  constructor(draft: Draft, kinds: readonly KindDefinition[], now: () => number) {
    this.#draft = draft;
    this.kinds = kinds;
    this.#now = now;
    this.lastModified = now();
    this.#used = this.lastModified;
  }

  json(): Promise<Buffer<ArrayBuffer>> {
    this.#used = this.#now();
    this.#json ??= writeJson(this.#draft);
    return this.#json;
  }

  /** As gnostic's message. */
  protobuf(): Promise<Buffer<ArrayBuffer>> {
    this.#used = this.#now();
    this.#protobuf ??= writeProtobuf(this.#draft);
    return this.#protobuf;
  }

  /** The hash of the JSON form: it stands for both, as answers vary by what the client accepts. The bytes are not kept for it. */
  etag(): Promise<string> {
    this.#etag ??= (this.#json ?? writeJson(this.#draft)).then(hash);
    return this.#etag;
  }

  /** Lets go of the bytes, if nobody has asked for them since `before`. */
  evict(before = Number.POSITIVE_INFINITY): void {
    if (this.#used >= before) return;
    this.#json = undefined;
    this.#protobuf = undefined;
  }
}

/** Where a document is found while its content has that hash: the answer never changes. */
export const serverRelativeUrl = (key: string, etag: string): string => `/openapi/v3/${key}?hash=${etag}`;

/** Worked out on another thread: a large document takes a while. */
const hash = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest("SHA-512", bytes))
    .toString("hex")
    .toUpperCase();

const sameItems = (a: readonly KindDefinition[], b: readonly KindDefinition[]): boolean =>
  a === b || (a.length === b.length && a.every((kind, index) => kind === b[index]));

function byVersion(kinds: readonly KindDefinition[]): Map<string, KindDefinition[]> {
  const versions = new Map<string, KindDefinition[]>();
  for (const kind of kinds) {
    const key = keyOf(kind);
    const of = versions.get(key);
    if (of === undefined) versions.set(key, [kind]);
    else of.push(kind);
  }
  return versions;
}
