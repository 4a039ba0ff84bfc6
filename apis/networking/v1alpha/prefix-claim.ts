import { object, optional, string } from "../../typed-schema.ts";

/** A claim of a prefix, which may stand in another project than the object that points at it. */
export const prefixClaim = (description: string) =>
  object(description, {
    project: optional(string("Project of the claim.")),
    namespace: optional(string("Namespace of the claim.")),
    claimName: optional(string("Name of the claim.")),
    poolName: optional(string("Name of the pool that the prefix was taken from.")),
  });
