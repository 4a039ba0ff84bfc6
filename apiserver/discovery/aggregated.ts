import { createHash } from "node:crypto";
import { encodeResponse } from "../encodings/response.ts";
import { acceptClauses } from "../negotiation/accept.ts";
import type { Encodings, MediaType } from "../negotiation/negotiate.ts";
import type { GroupEntry, Registry } from "../registry/registry.ts";
import type { ApiResponse } from "../request.ts";
import { discoveredResources, responseKind } from "./resources.ts";

/** Parameters of the media type of aggregated discovery, in the order that clients are sent. */
const PARAMETERS = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** The encoding in which a client asks for the aggregated form: any clause that does wins over plain ones, whatever their order and quality. */
export function aggregatedForm(accept: string | undefined, { types }: Encodings): MediaType | undefined {
  for (const { type, subtype, parameters } of acceptClauses(accept ?? "")) {
    if (type !== "application" && type !== "*") continue;
    if (parameters.get("g") !== "apidiscovery.k8s.io" || parameters.get("v") !== "v2") continue;
    if (parameters.get("as") !== "APIGroupDiscoveryList") continue;
    const mediaType = types.find((known) => subtype === "*" || known === `application/${subtype}`);
    if (mediaType !== undefined) return mediaType;
  }
  return undefined;
}

function groupItem({ name, versions }: GroupEntry) {
  return {
    metadata: name === "" ? {} : { name },
    versions: versions.map((version) => ({
      version: version.version,
      resources: discoveredResources(version).map(({ kind, verbs, subresources }) => ({
        resource: kind.plural,
        responseKind: responseKind(kind),
        scope: kind.scope,
        singularResource: kind.singular,
        verbs,
        ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
        ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
        ...(subresources.length > 0
          ? {
              subresources: subresources.map((subresource) => ({
                subresource: subresource.name,
                responseKind: subresource.foreign ?? responseKind(kind),
                verbs: subresource.verbs,
              })),
            }
          : {}),
      })),
      freshness: "Current",
    })),
  };
}

type Root = "api" | "apis";

interface AggregatedDocument {
  /** That of the JSON, whichever form is sent. */
  readonly etag: string;
  readonly bodies: Map<MediaType, Buffer>;
}

/** Both aggregated documents of a registry, made on first use, and anew when what is served has changed. */
export class AggregatedDiscovery {
  readonly #registry: Registry;
  readonly #documents = new Map<Root, AggregatedDocument>();
  /** The state of the registry that the documents tell of. */
  #changes = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** `/api` (the core group) or `/apis` (the others); 304 when the client has it already. */
  answer(root: Root, mediaType: MediaType, ifNoneMatch: string | undefined): ApiResponse {
    const { etag, bodies } = this.#document(root);
    const headers = { "content-type": `${mediaType}${PARAMETERS}`, etag, vary: "Accept", "cache-control": "public" };
    if (ifNoneMatch === etag) return { status: 304, headers, body: Buffer.alloc(0) };
    let body = bodies.get(mediaType);
    if (body === undefined) {
      body = this.#encoded(root, mediaType);
      bodies.set(mediaType, body);
    }
    return { status: 200, headers, body };
  }

  /** The document in JSON, whichever form is sent. */
  json(root: Root): Buffer {
    return this.#document(root).bodies.get("application/json") as Buffer;
  }

  #document(root: Root): AggregatedDocument {
    if (this.#changes !== this.#registry.changes) this.#documents.clear();
    this.#changes = this.#registry.changes;
    let document = this.#documents.get(root);
    if (document === undefined) {
      const json = this.#encoded(root, "application/json");
      const etag = `"${createHash("sha512").update(json).digest("hex").toUpperCase()}"`;
      document = { etag, bodies: new Map([["application/json", json]]) };
      this.#documents.set(root, document);
    }
    return document;
  }

  #encoded(root: Root, mediaType: MediaType): Buffer {
    const groups = this.#registry.groups.filter(({ name }) => (root === "api") === (name === ""));
    const list = { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items: groups.map(groupItem) };
    return encodeResponse(list, mediaType, false);
  }
}
