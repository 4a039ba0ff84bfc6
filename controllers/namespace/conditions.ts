import type { Condition } from "../runtime/conditions.ts";
import { withCondition } from "../runtime/conditions.ts";
import type { Remaining } from "./content.ts";

type Told = Omit<Condition, "lastTransitionTime">;

/**
 * The five conditions that tell how far the deletion of a namespace is (kubernetes, pkg/controller/namespace/deletion). Undefined while there
 * is nothing to tell: a deletion that goes through at once leaves no conditions.
 */
export function deletionConditions(present: readonly Condition[], remaining: Remaining, now: number): Condition[] | undefined {
  if (present.length === 0 && remaining.resources.size === 0 && remaining.failures.length === 0) return undefined;
  let conditions = present;
  for (const condition of told(remaining)) conditions = withCondition(conditions, condition, now);
  return [...conditions];
}

function told({ resources, finalizers, failures }: Remaining): Told[] {
  return [
    no("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    no("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    failures.length > 0
      ? yes(
          "NamespaceDeletionContentFailure",
          "ContentDeletionFailed",
          `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(", ")}`,
        )
      : no("NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
    resources.size > 0
      ? yes("NamespaceContentRemaining", "SomeResourcesRemain", `Some resources are remaining: ${counts(resources, "has")}`)
      : no("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    finalizers.size > 0
      ? yes(
          "NamespaceFinalizersRemaining",
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${counts(finalizers, "in")}`,
        )
      : no("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
  ];
}

const yes = (type: string, reason: string, message: string): Told => ({ type, status: "True", reason, message });
const no = (type: string, reason: string, message: string): Told => ({ type, status: "False", reason, message });

const counts = (numbers: ReadonlyMap<string, number>, word: string) =>
  [...numbers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, number]) => `${name} ${word} ${number} resource instances`)
    .join(", ");
