import { nestsDeeperThan } from "../../apimachinery/json/copy.ts";
import { MAX_DEPTH } from "../../apimachinery/json/depth.ts";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";

/** Throws the 400 that Kubernetes has for a patch that nests too deep. Of a body the reader does not keep such a one in the first place. */
export function checkDepth(patch: JsonValue): void {
  if (nestsDeeperThan(patch, MAX_DEPTH)) throw badRequest("invalid JSON patch");
}
