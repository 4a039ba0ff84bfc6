import type { KubeObject } from "../../apimachinery/object.ts";

/** Whether a field manager owns a field, alone or with others. @param field such as `["data", "ca.crt"]` */
export function ownsField({ metadata }: KubeObject, manager: string, field: readonly string[]): boolean {
  return (metadata.managedFields ?? []).some((entry) => {
    let fields: unknown = entry.fieldsV1;
    for (const name of field) fields = (fields as Record<string, unknown> | undefined)?.[`f:${name}`];
    return entry.manager === manager && fields !== undefined;
  });
}
