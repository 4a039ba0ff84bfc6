import { nestsDeeperThan } from "../../apimachinery/json/copy.ts";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";

/**
 * How deep patches and their results may nest. Kubernetes stops at 10,000 levels; what recurses over an object here would overflow the
 * stack before that, and no kind comes near (docs/decisions/0009-patches.md).
 */
export const MAX_DEPTH = 1_000;

/** Throws the 400 that Kubernetes has for a patch that nests too deep. */
export function checkDepth(patch: JsonValue): void {
  if (nestsDeeperThan(patch, MAX_DEPTH)) throw badRequest("invalid JSON patch");
}
