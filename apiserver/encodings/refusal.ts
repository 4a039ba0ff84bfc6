import { invalid as invalidField } from "../../apimachinery/field/error.ts";
import { badRequest, invalid, type StatusError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";

/**
 * Makes the answer to a document that cannot be decoded. `type` is what the document says it is, undefined where that could not be told.
 * (apiserver, pkg/endpoints/handlers: transformDecodeError for bodies, applyJSPatch for patches.)
 */
export type Refuse = (error: string, type?: { readonly kind: string; readonly version: string }) => StatusError;

/** For bodies: 400, with the type, or without one with the beginning of the body. */
export function refuseBody(kind: Pick<KindDefinition, "kind">, body: Uint8Array): Refuse {
  return (error, type) => {
    if (type !== undefined && type.kind !== "") {
      return badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${kind.kind}: ${error}`);
    }
    return badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${error} (${summary(body)})`);
  };
}

/** For the result of a patch: 422 on `patch`, which quotes the whole result. */
export function refusePatch(patched: () => string): Refuse {
  return (error) => invalid({ group: "", kind: "" }, "", [invalidField("patch", patched(), error)]);
}

const SUMMARY = 30;

/** The first thirty bytes: as text where an object begins, else in hex. */
function summary(body: Uint8Array): string {
  if (body.length === 0) return "<empty>";
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, SUMMARY));
  return `${head.toString(body[0] === 0x7b ? "utf8" : "hex")}${body.length > SUMMARY ? " ..." : ""}`;
}
