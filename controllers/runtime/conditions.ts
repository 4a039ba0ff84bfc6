import { formatTime } from "../../apimachinery/time/timestamp.ts";

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** What a condition is to say; since when follows from what it said before. */
export type Told = Omit<Condition, "lastTransitionTime">;

/**
 * The conditions with one of them set, in place of the one of its type or at the end. The time of the transition stays while the status does
 * (k8s.io/apimachinery, pkg/api/meta/conditions.go).
 */
export function withCondition(conditions: readonly Condition[], condition: Told, now: number): Condition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : formatTime(now);
  const set = { ...condition, lastTransitionTime };
  return old === undefined ? [...conditions, set] : conditions.map((present) => (present === old ? set : present));
}
