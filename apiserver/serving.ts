import type { AdmissionChain } from "../admission/chain.ts";
import type { GroupResource, KubeObject } from "../apimachinery/object.ts";
import type { KindDefinition } from "../apis/kind.ts";
import type { Storage } from "../storage/storage.ts";
import type { FieldManagers } from "./apply/field-managers.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { OpenStream } from "./authorization/withdrawn-rights.ts";
import type { RequestContext } from "./filters/context.ts";
import type { Registry } from "./registry/registry.ts";
import type { Answerers } from "./verbs/answer.ts";

/** A write of one object, as its guard sees it: after mutating admission, and before anything else is said of the object. */
export interface GuardedWrite {
  readonly context: RequestContext;
  readonly groupResource: GroupResource;
  readonly namespace: string;
  readonly object: KubeObject;
  /** Undefined where the object is new. */
  readonly old: KubeObject | undefined;
}

/**
 * Objects with which somebody gives rights are not written by everybody who has the verb.
 * @throws StatusError what refuses the write
 */
export type Guard = (write: GuardedWrite) => Promise<void>;

/** What the verbs share: where things are kept, and what must not come from the environment directly. */
export interface Serving {
  readonly registry: Registry;
  readonly storage: Storage;
  readonly admission: AdmissionChain;
  readonly fieldManagers: FieldManagers;
  readonly answerers: Answerers;
  readonly guards: ReadonlyMap<KindDefinition, Guard>;
  /** For rights that show to be needed only once a request is under way. */
  readonly authorizer: Authorizer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newUid: () => string;
  /** A whole number from 0 up to, without, `limit`. */
  readonly random: (limit: number) => number;
  /** The streams that are open; a server that drains ends them, and so does who takes the right to them away. */
  readonly streams: Set<OpenStream>;
}
