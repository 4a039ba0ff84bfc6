/**
 * Writes Datum's kinds as CustomResourceDefinitions, one YAML file each, so that the same kinds can be installed in any cluster:
 *
 *     npx tsx hack/generate-crds.ts          # into docs/reference/crds/
 *     kubectl apply -f docs/reference/crds/
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { columnDescription, DEFAULT_AGE, NAME_COLUMN } from "../apis/define-kind.ts";
import type { Column, KindDefinition } from "../apis/kind.ts";
import { kinds } from "../apis/kinds.ts";
import { typeMeta } from "../apis/meta/v1/object-meta.ts";

/** File names and contents, e.g. `networking.datumapis.com_networks.yaml`. */
export function crdFiles(): Map<string, string> {
  const custom = kinds.filter(({ flavor }) => flavor === "custom");
  return new Map(custom.map((kind) => [`${kind.group}_${kind.plural}.yaml`, crdYaml(kind)]));
}

function crdYaml(kind: KindDefinition): string {
  return `---\n${stringify(sorted(crdOf(kind)), { aliasDuplicateObjects: false, lineWidth: 100 })}`;
}

/** The manifest as controller-gen would write it: members in alphabetical order, empty ones left out. */
function crdOf(kind: KindDefinition): Record<string, unknown> {
  const { schema, subresources } = kind;
  const columns = kind.columns.filter((column) => column !== NAME_COLUMN && column !== DEFAULT_AGE);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: kind.listKind,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
        ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      },
      scope: kind.scope,
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          ...(columns.length > 0 ? { additionalPrinterColumns: columns.map(columnOf) } : {}),
          schema: { openAPIV3Schema: { ...schema, properties: { ...typeMeta, metadata: { type: "object" }, ...schema.properties } } },
          ...(Object.keys(subresources).length > 0 ? { subresources } : {}),
          ...selectableFieldsOf(kind),
        },
      ],
    },
  };
}

function columnOf({ name, type, format, description, priority, jsonPath }: Column) {
  return {
    name,
    type,
    jsonPath,
    ...(format === "" ? {} : { format }),
    ...(jsonPath !== undefined && description === columnDescription(jsonPath) ? {} : { description }),
    ...(priority === 0 ? {} : { priority }),
  };
}

function selectableFieldsOf({ selectableFields }: KindDefinition) {
  const labels = Object.keys(selectableFields);
  return labels.length === 0 ? {} : { selectableFields: labels.map((label) => ({ jsonPath: `.${label}` })) };
}

/** Objects with their members in alphabetical order; what a default holds, or a list, keeps its order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}

/** Where the files are kept in the repository. */
export const CRD_FOLDER = fileURLToPath(new URL("../docs/reference/crds/", import.meta.url));

async function main(): Promise<void> {
  const files = crdFiles();
  await mkdir(CRD_FOLDER, { recursive: true });
  for (const stale of await readdir(CRD_FOLDER)) if (!files.has(stale)) await rm(join(CRD_FOLDER, stale));
  for (const [name, content] of files) await writeFile(join(CRD_FOLDER, name), content);
  process.stdout.write(`${files.size} CustomResourceDefinitions in ${CRD_FOLDER}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
