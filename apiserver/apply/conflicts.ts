import { quote } from "../../apimachinery/go-text.ts";
import { applyConflict, type StatusError } from "../../apimachinery/status/status.ts";
import { compareUtf8 } from "./compare-utf8.ts";
import { difference, type FieldSet, forEachField, inOrder, isEmpty } from "./field-set.ts";
import { identifierOf, type Owner } from "./managed-fields.ts";
import { printAsRead, printWay } from "./path-element.ts";

/** Fields that an apply sets to another value and someone else owns. */
export interface Conflict {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

/** An apply meets what others own, and was not told to take it over. */
export class ApplyConflicts extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super("apply conflicts with other managers");
    this.conflicts = conflicts;
  }

  /** Without the fields that may be taken over; undefined where no conflict is left. */
  without(allowed: FieldSet): ApplyConflicts | undefined {
    const left = this.conflicts
      .map(({ owner, fields }) => ({ owner, fields: difference(fields, allowed) }))
      .filter(({ fields }) => !isEmpty(fields));
    return left.length === 0 ? undefined : new ApplyConflicts(left);
  }

  /** 409, with a cause for each field (k8s.io/apimachinery, pkg/util/managedfields/internal/conflict.go). */
  toStatus(): StatusError {
    const byManager = [...this.conflicts].sort((a, b) => compareUtf8(identifierOf(a.owner), identifierOf(b.owner)));
    const causes = byManager.flatMap(({ owner, fields }) =>
      pathsOf(owner, fields).map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${printOwner(owner)}`, field })),
    );
    if (causes.length === 1) {
      const { message, field } = causes[0] as (typeof causes)[number];
      return applyConflict(`Apply failed with 1 conflict: ${message}: ${field}`, causes);
    }
    const lines = byManager.flatMap(({ owner, fields }) => [
      `conflicts with ${printOwner(owner)}:`,
      ...pathsOf(owner, fields).map((path) => `- ${path}`),
    ]);
    return applyConflict(`Apply failed with ${causes.length} conflicts: ${lines.join("\n")}`, causes);
  }
}

/** What an owner has that was read with the object is printed as it was read; `before-first-apply` is made in the same request. */
function pathsOf({ entry }: Owner, fields: FieldSet): string[] {
  const paths: string[] = [];
  forEachField(inOrder(fields), (way) => paths.push(printWay(way, entry === undefined ? undefined : printAsRead)));
  return paths;
}

function printOwner({ manager, operation, apiVersion, subresource }: Owner): string {
  const where = subresource === "" ? "" : ` with subresource ${quote(subresource)}`;
  return `${quote(manager)}${where}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
}
