import type { KindDefinition } from "../../apis/kind.ts";
import { type OpenApiDocument, OpenApiDocuments, serverRelativeUrl } from "../../openapi/documents/documents.ts";
import { KUBERNETES_VERSION } from "../endpoints/version.ts";
import { acceptClauses } from "../negotiation/accept.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";

const YEAR = 365 * 24 * 60 * 60 * 1000;

/**
 * Answers `/openapi/v2`, `/openapi/v3` and `/openapi/v3/{key}` as kube-apiserver does (kube-openapi, pkg/handler and pkg/handler3).
 *
 * @param kinds the kinds served now; their documents are made when first asked for
 * @returns a function of the request and its decoded path, without slashes at either end
 */
export function openapiEndpoint(
  kinds: () => readonly KindDefinition[],
  now: () => number = Date.now,
): (request: ApiRequest, path: string) => Promise<ApiResponse> {
  const { major, minor, patch } = KUBERNETES_VERSION;
  const documents = new OpenApiDocuments({ source: kinds, version: `v${major}.${minor}.${patch}`, now });
  return async (request, path) => {
    if (path === "openapi/v2") return documentAnswer(request, documents.v2, V2_TYPES, {});
    if (path === "openapi/v3") return indexAnswer(request, documents);
    const key = path.slice("openapi/v3/".length);
    const document = path.startsWith("openapi/v3/") ? documents.v3(key) : undefined;
    return document === undefined ? empty(404) : hashedAnswer(request, key, document, now());
  };
}

/** JSON under another name, as kube-apiserver sends it. */
async function indexAnswer(request: ApiRequest, documents: OpenApiDocuments): Promise<ApiResponse> {
  const { bytes, etag, lastModified } = await documents.index();
  return conditional(request, etag, lastModified, { "content-type": "text/plain; charset=utf-8" }, () => bytes);
}

/** With the hash of the document the answer holds for ever; with another hash it is sent to the address with the right one. */
async function hashedAnswer(request: ApiRequest, key: string, document: OpenApiDocument, now: number): Promise<ApiResponse> {
  const hash = new URLSearchParams(request.query).get("hash") ?? "";
  if (hash === "") return documentAnswer(request, document, V3_TYPES, {});
  const etag = await document.etag();
  if (hash === etag) {
    const forever = { "cache-control": "public, immutable", expires: new Date(now + YEAR).toUTCString() };
    return documentAnswer(request, document, V3_TYPES, forever);
  }
  const mediaType = chosenType(request, V3_TYPES);
  if (mediaType === undefined) return empty(406, VARY);
  return empty(301, { ...VARY, "content-type": mediaType.answered, etag: `"${etag}"`, location: serverRelativeUrl(key, etag) });
}

interface MediaType {
  readonly subtype: string;
  /** The name that the answer goes by: the older spelling of protobuf is understood but not spoken. */
  readonly answered: string;
  readonly protobuf: boolean;
}

const typesOf = (version: "v2" | "v3"): readonly MediaType[] => {
  const name = `com.github.proto-openapi.spec.${version}`;
  const protobuf = { answered: `application/${name}.v1.0+protobuf`, protobuf: true };
  return [
    { subtype: "json", answered: "application/json", protobuf: false },
    { subtype: `${name}@v1.0+protobuf`, ...protobuf },
    { subtype: `${name}.v1.0+protobuf`, ...protobuf },
  ];
};
const V2_TYPES = typesOf("v2");
const V3_TYPES = typesOf("v3");
const VARY = { vary: "Accept" };

async function documentAnswer(
  request: ApiRequest,
  document: OpenApiDocument,
  types: readonly MediaType[],
  more: Record<string, string>,
): Promise<ApiResponse> {
  const mediaType = chosenType(request, types);
  if (mediaType === undefined) return empty(406, VARY);
  const headers = { ...VARY, "content-type": mediaType.answered, ...more };
  return conditional(request, await document.etag(), document.lastModified, headers, () =>
    mediaType.protobuf ? document.protobuf() : document.json(),
  );
}

/** The first type that the best clause of the Accept header takes. */
function chosenType(request: ApiRequest, types: readonly MediaType[]): MediaType | undefined {
  for (const { type, subtype } of acceptClauses(request.headers.accept || "*/*")) {
    if (type !== "application" && type !== "*") continue;
    const found = types.find((candidate) => subtype === "*" || subtype === candidate.subtype);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** 304 where the client has what it would get. */
async function conditional(
  { method, headers: { "if-none-match": known, "if-modified-since": since } }: ApiRequest,
  etag: string,
  lastModified: number,
  headers: Record<string, string>,
  body: () => Uint8Array | Promise<Uint8Array>,
): Promise<ApiResponse> {
  const tag = `"${etag}"`;
  const reading = method === "GET" || method === "HEAD";
  const modified = new Date(lastModified).toUTCString();
  const same = known === undefined ? since !== undefined && Date.parse(modified) <= Date.parse(since) : matches(known, tag);
  if (reading && same) {
    const { "content-type": _, ...rest } = headers;
    return empty(304, { ...rest, etag: tag });
  }
  return { status: 200, headers: { ...headers, etag: tag, "last-modified": modified }, body: await body() };
}

function matches(known: string, tag: string): boolean {
  return known.split(",").some((candidate) => {
    const trimmed = candidate.trim();
    return trimmed === "*" || trimmed.replace(/^W\//, "") === tag;
  });
}

const empty = (status: number, headers: Record<string, string> = {}): ApiResponse => ({ status, headers, body: new Uint8Array() });
