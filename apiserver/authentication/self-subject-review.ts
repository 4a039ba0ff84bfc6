import type { KubeObject } from "../../apimachinery/object.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { UserInfo } from "../request.ts";
import type { Answerer } from "../verbs/answer.ts";

/**
 * Tells who the server takes the one for who asks; nothing of the question is kept (k8s.io/kubernetes,
 * pkg/registry/authentication/selfsubjectreview; recording access/self-subject-review-and-impersonation).
 * @param now milliseconds since the epoch
 */
export const answerSelfSubjectReview =
  (now: () => number): Answerer =>
  ({ context }) =>
    ({ metadata: { creationTimestamp: formatTime(now()) }, status: { userInfo: userInfoOf(context.user) } }) as unknown as KubeObject;

/** A user as reviews write one: what is empty is left out, extra keys are sorted. */
export function userInfoOf({ name, uid, groups, extra }: UserInfo): {
  username?: string;
  uid?: string;
  groups?: readonly string[];
  extra?: Record<string, readonly string[]>;
} {
  const entries = Object.entries(extra ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(name && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(entries.length > 0 && { extra: Object.fromEntries(entries) }),
  };
}
