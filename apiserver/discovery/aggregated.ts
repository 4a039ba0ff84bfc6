import { createHash } from "node:crypto";
import { acceptClauses } from "../negotiation/accept.ts";
import type { GroupEntry, Registry } from "../registry/registry.ts";
import type { ApiResponse } from "../request.ts";
import { discoveredResources, responseKind } from "./resources.ts";

/** The media type of aggregated discovery, parameters in the order that clients are sent. */
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Whether any clause asks for the aggregated form: it wins over plain JSON whatever their order and quality. */
export function wantsAggregated(accept: string | undefined): boolean {
  return acceptClauses(accept ?? "").some(
    ({ type, subtype, parameters }) =>
      (type === "application" || type === "*") &&
      (subtype === "json" || subtype === "*") &&
      parameters.get("g") === "apidiscovery.k8s.io" &&
      parameters.get("v") === "v2" &&
      parameters.get("as") === "APIGroupDiscoveryList",
  );
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

/** Both aggregated documents of a registry, made on first use. */
export class AggregatedDiscovery {
  readonly #registry: Registry;
  readonly #documents = new Map<"api" | "apis", { body: Buffer; etag: string }>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** `/api` (the core group) or `/apis` (the others); 304 when the client has it already. */
  answer(root: "api" | "apis", ifNoneMatch: string | undefined): ApiResponse {
    const { body, etag } = this.#document(root);
    const headers = { "content-type": AGGREGATED, etag, vary: "Accept", "cache-control": "public" };
    if (ifNoneMatch === etag) return { status: 304, headers, body: Buffer.alloc(0) };
    return { status: 200, headers, body };
  }

  #document(root: "api" | "apis"): { body: Buffer; etag: string } {
    let document = this.#documents.get(root);
    if (document === undefined) {
      const groups = this.#registry.groups.filter(({ name }) => (root === "api") === (name === ""));
      const body = Buffer.from(
        `${JSON.stringify({ kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items: groups.map(groupItem) })}\n`,
      );
      document = { body, etag: `"${createHash("sha512").update(body).digest("hex").toUpperCase()}"` };
      this.#documents.set(root, document);
    }
    return document;
  }
}
