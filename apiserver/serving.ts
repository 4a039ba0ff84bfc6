import type { AdmissionChain } from "../admission/chain.ts";
import type { Storage } from "../storage/storage.ts";
import type { FieldManagers } from "./apply/field-managers.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { Registry } from "./registry/registry.ts";
import type { Answerers } from "./verbs/answer.ts";

/** What the verbs share: where things are kept, and what must not come from the environment directly. */
export interface Serving {
  readonly registry: Registry;
  readonly storage: Storage;
  readonly admission: AdmissionChain;
  readonly fieldManagers: FieldManagers;
  readonly answerers: Answerers;
  /** For rights that show to be needed only once a request is under way. */
  readonly authorizer: Authorizer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newUid: () => string;
  /** A whole number from 0 up to, without, `limit`. */
  readonly random: (limit: number) => number;
  /** The streams that are open; a server that drains closes them. */
  readonly streams: Set<{ drain(): void }>;
}
