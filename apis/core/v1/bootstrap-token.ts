import { parseTime } from "../../../apimachinery/time/timestamp.ts";
import { ParseError } from "../../../apimachinery/validation/parse-error.ts";
import type { Secret } from "./secret.ts";

/** Secrets of this type in this namespace are tokens that programs join with (kubernetes, cluster-bootstrap/token/api). */
export const BOOTSTRAP_TOKEN = "bootstrap.kubernetes.io/token";
export const BOOTSTRAP_TOKEN_NAMESPACE = "kube-system";

/** What stands in such a Secret under a key; empty where nothing does. */
export const bootstrapTokenText = ({ data = {} }: Secret, key: string): string => Buffer.from(data[key] ?? "", "base64").toString();

/**
 * When a token expires, in milliseconds since the epoch: `Infinity` for one that does not, `-Infinity` where the time cannot be read, which has
 * passed then.
 */
export function bootstrapTokenEnd(secret: Secret): number {
  const expiration = bootstrapTokenText(secret, "expiration");
  if (expiration === "") return Number.POSITIVE_INFINITY;
  try {
    return parseTime(expiration);
  } catch (error) {
    if (error instanceof ParseError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}
