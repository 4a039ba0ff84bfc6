import { unsupportedMediaType } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { ENCODINGS, type Encodings } from "../negotiation/negotiate.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

/** In the order in which error texts list them. */
const MEDIA_TYPES: readonly (readonly [mediaType: string, type: PatchType])[] = [
  ["application/json-patch+json", "json"],
  ["application/merge-patch+json", "merge"],
  ["application/strategic-merge-patch+json", "strategic"],
  ["application/apply-patch+yaml", "apply"],
];

const APPLY_CBOR = "application/apply-patch+cbor";
const WITH_CBOR: typeof MEDIA_TYPES = [...MEDIA_TYPES, [APPLY_CBOR, "apply"]];

/** Of an apply: whether the configuration is CBOR. */
export const isCborApply = (contentType: string | undefined): boolean => bare(contentType) === APPLY_CBOR;

const bare = (contentType = ""): string => contentType.split(";", 1)[0] as string;

/** Custom resources have no Go type whose tags could say how lists merge. */
const takes = (kind: Pick<KindDefinition, "flavor">, type: PatchType): boolean => type !== "strategic" || kind.flavor === "builtin";

/**
 * Which kind of patch a PATCH carries, from its Content-Type header as sent (undefined if there is none).
 *
 * The header is cut at the first `;` and compared letter for letter; asked before anything else about the request, even its name. Throws
 * 415 in one of two forms: the router of built-in kinds refuses what it does not know, the handler behind it and custom resources list
 * what they take. (reference: HTTP surface, content negotiation of requests; recordings patch/media-types,
 * encodings/content-types-of-patches-and-deletes.)
 */
export function patchTypeOf(
  contentType: string | undefined,
  kind: Pick<KindDefinition, "flavor">,
  encodings: Encodings = ENCODINGS,
): PatchType {
  const mediaType = bare(contentType);
  const known = encodings.types.includes("application/cbor") ? WITH_CBOR : MEDIA_TYPES;
  for (const [name, type] of known) if (name === mediaType && takes(kind, type)) return type;
  if (kind.flavor === "builtin" && !routed(contentType ?? "", known)) throw unsupportedMediaType("415: Unsupported Media Type", {});
  const accepted = known.filter(([, type]) => takes(kind, type)).map(([name]) => name);
  throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`);
}

/** The router takes a list of media types, any of which may be known, with blanks around each. */
const routed = (contentType: string, known: typeof MEDIA_TYPES): boolean =>
  contentType.split(",").some((part) => known.some(([name]) => name === bare(part).trim()));
