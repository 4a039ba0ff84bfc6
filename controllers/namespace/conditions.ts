import type { Condition } from "../runtime/conditions.ts";
import { withCondition } from "../runtime/conditions.ts";
import type { Remaining } from "./content.ts";

type Told = Omit<Condition, "lastTransitionTime">;

/** The five conditions that tell how far the deletion of a namespace is (kubernetes, pkg/controller/namespace/deletion). */
export function deletionConditions(present: readonly Condition[], remaining: Remaining, now: number): Condition[] {
  return told(remaining).reduce((conditions, condition) => withCondition(conditions, condition, now), [...present]);
}

function told({ resources, finalizers, failures, undiscovered }: Remaining): Told[] {
  return [
    undiscovered.length > 0
      ? yes(
          "NamespaceDeletionDiscoveryFailure",
          "DiscoveryFailed",
          `Discovery failed for some groups, ${undiscovered.length} failing: unable to retrieve the complete list of server APIs: ${sorted(undiscovered)}`,
        )
      : no("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    no("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    failures.length > 0
      ? yes(
          "NamespaceDeletionContentFailure",
          "ContentDeletionFailed",
          `Failed to delete all resource types, ${failures.length} remaining: ${sorted(failures)}`,
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

const sorted = (texts: readonly string[]) => [...texts].sort().join(", ");

const counts = (numbers: ReadonlyMap<string, number>, word: string) =>
  sorted([...numbers].map(([name, number]) => `${name} ${word} ${number} resource instances`));
