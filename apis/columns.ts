/** Columns and cells that several kinds share (built-in kinds: kubernetes, pkg/printers/internalversion). */
import type { KubeObject } from "../apimachinery/object.ts";
import { humanAge } from "../apimachinery/time/duration.ts";
import type { Column } from "./kind.ts";

/** Built-in kinds print their age as text, where custom ones leave the time to the table. */
export const AGE: Column = {
  name: "Age",
  type: "string",
  format: "",
  description: "The time that has passed since the server created the object.",
  priority: 0,
  cell: ({ metadata }: KubeObject, now) => humanAge(metadata.creationTimestamp, now),
};

/** RBAC kinds and CustomResourceDefinitions print the moment instead. */
export const CREATED_AT: Column = {
  name: "Created At",
  type: "date",
  format: "",
  description: "When the server created the object.",
  priority: 0,
  cell: ({ metadata }: KubeObject) => metadata.creationTimestamp ?? null,
};

/** The age column of a custom kind: the table turns the time into an age. */
export const CUSTOM_AGE = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" } as const;

/** Two columns: whether a condition holds, and why. */
export const conditionColumns = (type: string) =>
  [
    { name: type, jsonPath: `.status.conditions[?(@.type=="${type}")].status` },
    { name: "Reason", jsonPath: `.status.conditions[?(@.type=="${type}")].reason` },
  ] as const;
