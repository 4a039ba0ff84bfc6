import type { ApiResponse } from "../../request.ts";
import type { VerificationKey } from "./keys.ts";

export interface DiscoveryOptions {
  readonly issuer: string;
  readonly keys: readonly VerificationKey[];
  /** Where others find the keys, if not at {@link KEYS_PATH} of this server. */
  readonly jwksUri: string | undefined;
  /** `host:port` as clients reach the server. */
  readonly serverAddress: () => string;
}

export const CONFIGURATION_PATH = "/.well-known/openid-configuration";
export const KEYS_PATH = "/openid/v1/jwks";

/**
 * Tells others how to check tokens of service accounts, in OpenID Connect's way (k8s.io/kubernetes, pkg/serviceaccount/openidmetadata.go;
 * reference 2.12). Undefined where the issuer is no address that they could ask at.
 */
export function discoveryDocument(path: string, { issuer, keys, jwksUri, serverAddress }: DiscoveryOptions): ApiResponse | undefined {
  if (!isDiscoverable(issuer)) return undefined;
  if (path === KEYS_PATH) return respond("application/jwk-set+json", { keys: keys.map(jsonWebKey) });
  return respond("application/json", {
    issuer,
    jwks_uri: jwksUri ?? `https://${serverAddress()}${KEYS_PATH}`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(keys.map(({ algorithm }) => algorithm))].sort(),
  });
}

/** Whether an issuer's configuration can be found below its address. */
export function isDiscoverable(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, search, hash } = new URL(issuer);
  return protocol === "https:" && search === "" && hash === "";
}

const respond = (type: string, document: object): ApiResponse => ({
  status: 200,
  headers: { "content-type": type, "cache-control": "public, max-age=3600" },
  body: Buffer.from(JSON.stringify(document)),
});

function jsonWebKey({ key, algorithm, id }: VerificationKey): object {
  const { kty, crv, x, y, n, e } = key.export({ format: "jwk" });
  return { use: "sig", kty, kid: id, ...(crv && { crv }), alg: algorithm, ...(n && { n, e }), ...(x && { x, y }) };
}
