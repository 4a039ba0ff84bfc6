import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { CustomResourceDefinition } from "../../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { JsonSchema } from "./json-schema.ts";

export type Version = NonNullable<CustomResourceDefinition["spec"]["versions"]>[number];
export type Column = NonNullable<Version["additionalPrinterColumns"]>[number];
export type SelectableField = NonNullable<Version["selectableFields"]>[number];

/** What may differ from version to version; where it does not, Kubernetes keeps it once, and errors speak of that one place. */
export interface PerVersion {
  readonly schema: JsonSchema | undefined;
  readonly subresources: Version["subresources"];
  readonly columns: readonly Column[];
  readonly selectableFields: readonly SelectableField[];
}

/**
 * A definition as kube-apiserver has it inside, which its error texts show: with one version, or several that say the same,
 * `spec.validation.openAPIV3Schema` where the API says `spec.versions[0].schema.openAPIV3Schema`.
 */
export interface InternalForm {
  readonly common: PerVersion;
  readonly versions: readonly (PerVersion & { readonly version: Version })[];
  /** Nothing was said of versions, not even that there are none. */
  readonly none: boolean;
}

const NOTHING: PerVersion = { schema: undefined, subresources: undefined, columns: [], selectableFields: [] };

export function internalForm({ spec }: CustomResourceDefinition): InternalForm {
  const all = (spec.versions ?? []).map((version) => ({ version, ...perVersion(version) }));
  const [first] = all;
  const none = !spec.versions;
  if (first === undefined) return { common: NOTHING, versions: [], none };
  const common: Record<string, unknown> = { ...NOTHING };
  const moved = new Set<string>();
  for (const member of MEMBERS) {
    if (!all.every((other) => same(other[member], first[member]))) continue;
    common[member] = first[member];
    moved.add(member);
  }
  const left = (version: (typeof all)[number]) => {
    const rest: Record<string, unknown> = { ...version };
    for (const member of moved) rest[member] = NOTHING[member as keyof PerVersion];
    return rest as unknown as (typeof all)[number];
  };
  return { common: common as unknown as PerVersion, versions: all.map(left), none };
}

const MEMBERS = ["schema", "subresources", "columns", "selectableFields"] as const;

const same = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : equalJson(a as JsonValue, b as JsonValue);

function perVersion({ schema, subresources, additionalPrinterColumns = [], selectableFields = [] }: Version): PerVersion {
  return { schema: schema?.openAPIV3Schema as JsonSchema | undefined, subresources, columns: additionalPrinterColumns, selectableFields };
}

/** The versions as error texts print them: as Go writes its own type. What was moved is null there. */
export const dumpOf = ({ versions, none }: InternalForm): object[] | null =>
  none
    ? null
    : versions.map(({ version, schema, subresources, columns, selectableFields }) => ({
        Name: version.name,
        Served: version.served,
        Storage: version.storage,
        Deprecated: version.deprecated ?? false,
        DeprecationWarning: version.deprecationWarning ?? null,
        Schema: schema === undefined ? null : { OpenAPIV3Schema: schema },
        Subresources: subresources === undefined ? null : { Status: subresources.status ?? null, Scale: subresources.scale ?? null },
        AdditionalPrinterColumns: columns.length === 0 ? null : columns.map(dumpOfColumn),
        SelectableFields: selectableFields.length === 0 ? null : selectableFields.map(({ jsonPath }) => ({ JSONPath: jsonPath })),
      }));

const dumpOfColumn = ({ name, type, format = "", description = "", priority = 0, jsonPath }: Column) => ({
  Name: name,
  Type: type,
  Format: format,
  Description: description,
  Priority: priority,
  JSONPath: jsonPath,
});
