import type { CustomResourceDefinition } from "./custom-resource-definition.ts";

/** Whether a definition has a condition, and it holds. */
export const isTrue = ({ status }: CustomResourceDefinition, condition: "Established" | "NamesAccepted" | "Terminating"): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }) => type === condition && is === "True");
