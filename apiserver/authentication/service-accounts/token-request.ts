import { randomUUID } from "node:crypto";
import { invalid } from "../../../apimachinery/field/error.ts";
import { badRequest, conflict, notFound, invalid as unprocessable } from "../../../apimachinery/status/status.ts";
import { formatTime } from "../../../apimachinery/time/timestamp.ts";
import { type BoundObjectReference, type TokenRequest, tokenRequest } from "../../../apis/authentication/v1/token-request.ts";
import type { Answerer } from "../../verbs/answer.ts";
import type { Reference } from "./claims.ts";
import type { TokenIssuer } from "./issuer.ts";
import type { TokenObject, TokenObjects } from "./objects.ts";

export interface TokenRequestOptions {
  readonly issuer: TokenIssuer;
  readonly objects: TokenObjects;
  /** Whom a token is for where the request does not say. */
  readonly audiences: readonly string[];
  /** Seconds; undefined: as long as is asked for. */
  readonly maxExpiration: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Issues tokens of service accounts (k8s.io/kubernetes, pkg/registry/core/serviceaccount/storage/token.go; recordings
 * access/service-account-tokens, kinds/service-accounts; reference 9.6).
 */
export const answerTokenRequest =
  ({ issuer, objects, audiences, maxExpiration, now }: TokenRequestOptions): Answerer =>
  async ({ object, target: { namespace, name }, context }) => {
    const request = object as TokenRequest;
    const { metadata } = request;
    if (metadata.name && metadata.name !== name) {
      throw unprocessable(tokenRequest, name, [
        invalid("metadata.name", metadata.name, "must match the service account name if specified"),
      ]);
    }
    const account = await objects.stored("serviceaccounts", namespace, name);
    if (account === undefined) throw notFound({ group: "", resource: "serviceaccounts" }, name);
    if (metadata.uid && metadata.uid !== account.uid) {
      const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${account.uid})`;
      context.audit?.annotate("authentication.k8s.io/token-request-uid-mismatch", why);
      throw conflict({ group: tokenRequest.group, resource: tokenRequest.kind }, name, why);
    }
    const { spec } = request;
    const time = now();
    const asked = BigInt(spec.expirationSeconds ?? 0);
    checkExpiration(asked);
    const secret = spec.boundObjectRef && (await boundSecret(objects, namespace, spec.boundObjectRef));
    let expiration = Number(asked);
    if (maxExpiration !== undefined && expiration > maxExpiration) {
      context.warn(`requested expiration of ${expiration} seconds shortened to ${maxExpiration} seconds`);
      expiration = maxExpiration;
    }
    const issuedAt = Math.floor(time / 1000);
    const whom = spec.audiences?.length ? spec.audiences : audiences;
    const id = randomUUID();
    const token = await issuer.issue({
      namespace,
      serviceAccount: { name, uid: account.uid },
      ...(secret && { secret }),
      audiences: whom,
      issuedAt,
      expiresAt: issuedAt + expiration,
      id,
    });
    context.audit?.annotate("authentication.kubernetes.io/issued-credential-id", `JTI=${id}`);
    return {
      ...request,
      metadata: { ...metadata, name, namespace, uid: account.uid, creationTimestamp: formatTime(time) },
      spec: { ...spec, audiences: whom, expirationSeconds: expiration, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token, expirationTimestamp: formatTime(time + expiration * 1000) },
    };
  };

const SHORTEST = 600n;
const LONGEST = 2n ** 32n;

function checkExpiration(seconds: bigint): void {
  const refuse = (why: string) => unprocessable(tokenRequest, "", [invalid("spec.expirationSeconds", seconds, why)]);
  if (seconds < SHORTEST) throw refuse("may not specify a duration less than 10 minutes");
  if (seconds > LONGEST) throw refuse("may not specify a duration larger than 2^32 seconds");
}

async function boundSecret(objects: TokenObjects, namespace: string, reference: BoundObjectReference): Promise<Reference> {
  const { kind = "", apiVersion = "", name = "", uid } = reference;
  const slash = apiVersion.indexOf("/");
  const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const resource = group === "" ? BINDABLE[kind] : undefined;
  if (resource === undefined) throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  // pods and nodes are never there
  const found: TokenObject | undefined =
    resource === "secrets" && name !== "" ? await objects.stored(resource, namespace, name) : undefined;
  if (found === undefined) throw notFound({ group: "", resource }, name);
  if (uid && uid !== found.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group, resource: kind }, name, why);
  }
  return { name, uid: found.uid };
}

const BINDABLE: Readonly<Record<string, string | undefined>> = { Secret: "secrets", Pod: "pods", Node: "nodes" };
