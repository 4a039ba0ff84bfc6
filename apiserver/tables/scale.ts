import type { KubeObject } from "../../apimachinery/object.ts";
import { humanAge } from "../../apimachinery/time/duration.ts";
import { NAME_COLUMN } from "../../apis/define-kind.ts";
import type { Column } from "../../apis/kind.ts";
import type { TransformedKind } from "./transform.ts";

const replicas = (part: unknown): number => {
  const count = (part as { replicas?: unknown } | undefined)?.replicas;
  return typeof count === "number" ? count : 0;
};

const column = (name: string, type: Column["type"], description: string, cell: NonNullable<Column["cell"]>): Column => ({
  name,
  type,
  format: "",
  description,
  priority: 0,
  cell,
});

/** What the scale subresource of custom kinds answers with, as tables and metadata see it. */
export const SCALE: TransformedKind = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  listKind: "ScaleList",
  flavor: "builtin",
  columns: [
    NAME_COLUMN,
    column("Desired", "integer", "How many replicas are wanted.", ({ spec }: KubeObject) => replicas(spec)),
    column("Available", "integer", "How many replicas were last seen.", ({ status }: KubeObject) => replicas(status)),
    column("Age", "date", "The time that has passed since the server created the object.", ({ metadata }, now) =>
      humanAge(metadata.creationTimestamp, now),
    ),
  ],
};
