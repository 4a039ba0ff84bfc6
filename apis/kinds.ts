import { configMap } from "./core/v1/config-map.ts";
import { namespace } from "./core/v1/namespace.ts";
import type { KindDefinition } from "./kind.ts";
import { network } from "./networking/v1alpha/network.ts";

/** Every kind that is served from the start, in the order of registration: groups are discovered in this order, the core group first. */
export const kinds: readonly KindDefinition[] = [
  namespace,
  configMap,

  network,
];
