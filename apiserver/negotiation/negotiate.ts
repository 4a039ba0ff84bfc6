import { notAcceptable } from "../../apimachinery/status/status.ts";
import { acceptClauses, type Clause } from "./accept.ts";

export type MediaType = "application/json" | "application/yaml" | "application/vnd.kubernetes.protobuf" | "application/cbor";

export type Transform = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

/** How the client wants an answer. */
export interface Negotiated {
  readonly mediaType: MediaType;
  /** Another shape than the object's own, in that version of `meta.k8s.io`. */
  readonly transform?: Transform;
  readonly transformVersion?: "v1" | "v1beta1";
  /** Asked for by a parameter of the Accept clause; query and user agent are looked at elsewhere. */
  readonly pretty: boolean;
}

/** What an endpoint can give. */
export interface Offer {
  /** All that the server speaks. */
  readonly spoken: Spoken;
  /** Built-in routes want one clause to name a type of theirs exactly, before anything else. */
  readonly exact: boolean;
  readonly types: readonly MediaType[];
  /** The objects may be shown in another shape. */
  readonly transforms: boolean;
  /** Tables are among the shapes. */
  readonly tables: boolean;
  /** There is no protobuf of the objects, only of their metadata. */
  readonly metadataAlone: boolean;
  /** The answer is a stream of events. */
  readonly stream: boolean;
  /** What the error text lists besides `types`: collections of built-in kinds can be watched. */
  readonly alsoListed: readonly string[];
}

/** The types in the order in which wildcards choose and error texts list them. */
interface Spoken {
  readonly types: readonly MediaType[];
  /** As error texts list them of what streams. */
  readonly streams: readonly string[];
}

const PROTOBUF: MediaType = "application/vnd.kubernetes.protobuf";
const PLAIN_SPEECH: Spoken = {
  types: ["application/json", "application/yaml", PROTOBUF],
  streams: ["application/json;stream=watch", `${PROTOBUF};stream=watch`],
};
const WITH_CBOR: Spoken = {
  types: [...PLAIN_SPEECH.types, "application/cbor"],
  streams: [...PLAIN_SPEECH.streams, "application/cbor-seq"],
};

/** Every offer that a server makes which speaks so, one line each. */
function encodingsOf(spoken: Spoken) {
  const { types, streams } = spoken;
  const streamed = types.filter((type) => type !== "application/yaml");
  const offer = (partial: Partial<Offer>): Offer => ({
    spoken,
    exact: false,
    types,
    transforms: false,
    tables: true,
    metadataAlone: false,
    stream: false,
    alsoListed: [],
    ...partial,
  });
  return {
    types,
    offers: {
      builtinObject: offer({ exact: true, transforms: true }),
      answer: offer({ exact: true, transforms: true, tables: false }),
      builtinCollection: offer({ exact: true, transforms: true, alsoListed: streams }),
      builtinWatch: offer({ exact: true, types: streamed, transforms: true, stream: true, alsoListed: streams }),
      customObject: offer({ transforms: true, metadataAlone: true }),
      customWatch: offer({ types: streamed, transforms: true, metadataAlone: true, stream: true }),
      groups: offer({}),
      versions: offer({ exact: true }),
      version: offer({ exact: true, types: ["application/json"] }),
    },
  } as const;
}

/** What a server reads and writes: the types of bodies, and what each endpoint offers. */
export type Encodings = ReturnType<typeof encodingsOf>;

export const ENCODINGS: Encodings = encodingsOf(PLAIN_SPEECH);

/** With the feature gate CBORServingAndStorage. */
export const ENCODINGS_WITH_CBOR: Encodings = encodingsOf(WITH_CBOR);

const remembered = new WeakMap<Offer, Map<string, Negotiated>>();

/**
 * Chooses the answer's form (k8s.io/apiserver, pkg/endpoints/handlers/negotiation). Clauses are tried best first; one whose transform or
 * stream the endpoint does not have is skipped.
 * @throws StatusError NotAcceptable, in one of two texts
 */
export function negotiate(accept: string | undefined, offered: Offer): Negotiated {
  const header = accept?.trim() ?? "";
  if (header === "") return PLAIN;
  let known = remembered.get(offered);
  if (known === undefined) {
    known = new Map();
    remembered.set(offered, known);
  }
  let negotiated = known.get(header);
  if (negotiated === undefined) {
    negotiated = choose(header, offered);
    if (known.size >= 64) known.clear();
    if (header.length <= 1024) known.set(header, negotiated);
  }
  return negotiated;
}

const PLAIN: Negotiated = { mediaType: "application/json", pretty: false };

function choose(header: string, offered: Offer): Negotiated {
  const clauses = acceptClauses(header);
  if (offered.exact) {
    const listed = offered.stream ? offered.spoken.types : offered.types;
    if (!clauses.some(({ literal }) => literal === "*/*" || listed.includes(literal as MediaType))) {
      throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${[...listed, ...offered.alsoListed].join(", ")}`, {});
    }
  }
  for (const clause of clauses) {
    for (const mediaType of offered.types) {
      if (!matches(clause, mediaType)) continue;
      const chosen = accepted(clause, mediaType, offered);
      if (chosen !== undefined) return chosen;
    }
  }
  const { types, streams } = offered.spoken;
  const listed = offered.stream ? streams : types.filter((type) => !offered.exact || offered.types.includes(type));
  throw notAcceptable(`only the following media types are accepted: ${listed.join(", ")}`);
}

function matches({ type, subtype }: Clause, mediaType: MediaType): boolean {
  if (type === "*") return subtype === "*";
  return type === "application" && (subtype === "*" || mediaType === `application/${subtype}`);
}

/** Whether a clause asks for another shape; group and version alone do so too, and then there is none such. */
export const isTransformed = (parameters: Clause["parameters"]): boolean =>
  parameters.has("as") || parameters.has("g") || parameters.has("v");

/** Whoever asks for objects may ask for a stream of them, and gets what there is. */
const streams = (schema: string | undefined, mediaType: MediaType, offered: Offer): boolean =>
  schema === "watch" && (offered.stream || offered.transforms) && mediaType !== "application/yaml";

function accepted({ parameters }: Clause, mediaType: MediaType, offered: Offer): Negotiated | undefined {
  if (parameters.has("sv") && !(offered.transforms && parameters.get("sv") === "v1")) return undefined;
  if (parameters.has("stream") && !streams(parameters.get("stream"), mediaType, offered)) return undefined;
  const pretty = parameters.get("pretty") === "1";
  if (!isTransformed(parameters)) return offered.metadataAlone && mediaType === PROTOBUF ? undefined : { mediaType, pretty };
  const transform = parameters.get("as") ?? "";
  const version = parameters.get("v");
  if (!offered.transforms || parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (transform === "Table" ? mediaType === PROTOBUF || !offered.tables : !/^PartialObjectMetadata(List)?$/.test(transform)) {
    return undefined;
  }
  return { mediaType, pretty, transform: transform as Transform, transformVersion: version };
}
