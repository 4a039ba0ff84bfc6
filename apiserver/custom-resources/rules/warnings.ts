import type { KubeObject } from "../../../apimachinery/object.ts";
import type { CustomResourceDefinition } from "../../../apis/apiextensions/v1/custom-resource-definition.ts";
import { knownFormat } from "../../../openapi/structural/facts.ts";
import { type JsonSchema, schemasIn } from "./json-schema.ts";

/** What can be lived with in the schemas of a definition; of an update, what was not there before. */
export function definitionWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const before = new Set(old === undefined ? [] : warningsOf(old));
  return warningsOf(object).filter((warning) => !before.has(warning));
}

function warningsOf(object: KubeObject): string[] {
  const formats: string[] = [];
  const sets = new Set<string>();
  for (const { schema } of (object as CustomResourceDefinition).spec.versions ?? []) {
    for (const node of schemasIn(schema?.openAPIV3Schema as JsonSchema | undefined)) {
      const { type, format, items } = node as { type?: string; format?: string; items?: JsonSchema };
      if (format && knownFormat(type ?? "", format) === "") formats.push(`unrecognized format ${JSON.stringify(format)}`);
      if (node["x-kubernetes-list-type"] === "set" && (items?.type === "object" || items?.type === "array")) {
        sets.add(
          `x-kubernetes-list-type: set for items of type ${JSON.stringify(items.type)} is not supported by server-side apply or CEL validation rules`,
        );
      }
    }
  }
  return [...new Set(formats), ...[...sets].sort()];
}
