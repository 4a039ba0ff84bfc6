import { unsupportedMediaType } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { ENCODINGS, type Encodings, type MediaType } from "../negotiation/negotiate.ts";

/**
 * The form of a request's body, from its Content-Type as sent; nothing said is JSON. Parameters mean nothing, but they have to be well-formed.
 * (kube-api-behaviour 2.6; recordings encodings/content-types.) Patches are told apart by `patchTypeOf` instead.
 *
 * A custom kind has no protobuf form: where kube-apiserver cuts the connection, this is a 415 too.
 * @throws StatusError UnsupportedMediaType
 */
export function bodyMediaType(
  contentType: string | undefined,
  flavor: KindDefinition["flavor"] = "builtin",
  { types }: Encodings = ENCODINGS,
): MediaType {
  if (contentType === undefined || contentType === "") return "application/json";
  const sent = bareMediaType(contentType);
  const mediaType = types.find((known) => known === sent);
  if (mediaType === undefined || (flavor === "custom" && mediaType === "application/vnd.kubernetes.protobuf")) {
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${types.join(", ")}`);
  }
  return mediaType;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const PARAMETER = new RegExp(`^\\s*;\\s*${TOKEN}\\s*=\\s*(?:${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\.)*")`);

/** The media type in lower case without its parameters; undefined where they are none (Go's mime.ParseMediaType). */
function bareMediaType(contentType: string): string | undefined {
  const end = contentType.indexOf(";");
  if (end < 0) return contentType.trim().toLowerCase();
  for (let rest = contentType.slice(end); rest.trim() !== "" && rest.trim() !== ";"; ) {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) return undefined;
    rest = rest.slice(parameter[0].length);
  }
  return contentType.slice(0, end).trim().toLowerCase();
}
