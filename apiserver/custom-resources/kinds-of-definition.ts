import { createHash } from "node:crypto";
import { copyJson } from "../../apimachinery/json/copy.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { tryParseJsonPath } from "../../apimachinery/jsonpath/json-path.ts";
import { compareVersions } from "../../apimachinery/kube-version.ts";
import { apiVersionOf, asJson, type KubeObject } from "../../apimachinery/object.ts";
import { isTrue } from "../../apis/apiextensions/v1/conditions.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import { customColumns } from "../../apis/define-kind.ts";
import { type KindDefinition, type StoredAs, VERBS } from "../../apis/kind.ts";
import type { Schema } from "../../apis/schema.ts";
import { normaliseStored } from "../registry/normalise.ts";
import { schemaOfJson } from "./schema-of-json.ts";

type Version = NonNullable<CustomResourceDefinition["spec"]["versions"]>[number];

/**
 * The kinds that a definition brings, one for each version, in its order. They are called by the names that were accepted
 * (kube-api-behaviour 7.6, 7.7).
 *
 * Objects are stored in one version; the others are views of it, between which only the version's name, and what the schemas drop and fill
 * in, changes (`strategy: None`).
 *
 * @param definition has been validated
 */
export function kindsOfDefinition(definition: CustomResourceDefinition): readonly KindDefinition[] {
  const { group, scope, versions } = definition.spec;
  const names = definition.status?.acceptedNames ?? definition.spec.names;
  const base = (version: Version): KindDefinition => {
    const { schema, metadataSchema } = schemaOf(version);
    const deprecation = deprecationOf(definition, version);
    return {
      group,
      version: version.name,
      kind: names.kind,
      listKind: names.listKind ?? `${names.kind}List`,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      scope: scope as KindDefinition["scope"],
      flavor: "custom",
      schema,
      ...(metadataSchema === undefined ? {} : { metadataSchema }),
      columns: customColumns(columnsOf(version)),
      subresources: (version.subresources ?? {}) as KindDefinition["subresources"],
      verbs: VERBS,
      selectableFields: selectableFieldsOf(version),
      strategy: {},
      ...(version.served ? {} : { served: false }),
      ...(deprecation === undefined ? {} : { deprecation }),
    };
  };
  const kinds = versions.map(base);
  const stored = kinds[versions.findIndex(({ storage }) => storage)];
  return kinds.map((kind) => (kind === stored || stored === undefined ? kind : { ...kind, storedAs: storedAs(stored, kind) }));
}

/** The schema without what every object has; of that it may restrict the name. */
function schemaOf({ schema }: Version): { schema: Schema; metadataSchema?: Schema } {
  const { properties, ...root } = schemaOfJson((schema?.openAPIV3Schema ?? {}) as JsonObject);
  if (properties === undefined) return { schema: root };
  const { apiVersion: _, kind: __, metadata, ...own } = properties;
  const restricts = Object.keys(metadata?.properties ?? {}).length > 0;
  return { schema: { ...root, properties: own }, ...(restricts && metadata !== undefined ? { metadataSchema: metadata } : {}) };
}

/** No columns at all are as good as none said: the age is shown. */
function columnsOf({ additionalPrinterColumns: columns }: Version): Parameters<typeof customColumns>[0] {
  if (columns === undefined || columns.length === 0) return undefined;
  return columns.map(({ name, type, format, description, priority, jsonPath }) => ({
    name,
    type: type as "string",
    jsonPath,
    ...(format ? { format } : {}),
    ...(description ? { description } : {}),
    ...(priority ? { priority } : {}),
  }));
}

function selectableFieldsOf({ selectableFields = [] }: Version): KindDefinition["selectableFields"] {
  const fields: Record<string, (object: KubeObject) => string> = {};
  for (const { jsonPath } of selectableFields) {
    const path = tryParseJsonPath(jsonPath);
    if (path !== undefined) fields[jsonPath.replace(/^\./, "")] = (object) => textOf(path.first(asJson(object)));
  }
  return fields;
}

const textOf = (value: JsonValue | undefined): string => (value === undefined || value === null ? "" : String(value));

/** What users of a deprecated version are told; without words of its own it names the best version that is not deprecated. */
function deprecationOf({ spec }: CustomResourceDefinition, version: Version): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const better = spec.versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareVersions(name, version.name) < 0)
    .map(({ name }) => name)
    .sort(compareVersions)[0];
  const called = (name: string) => `${apiVersionOf({ group: spec.group, version: name })} ${spec.names.kind}`;
  return `${called(version.name)} is deprecated${better === undefined ? "" : `; use ${called(better)}`}`;
}

/** Each way the object is copied: one of them is somebody else's still. */
function storedAs(stored: KindDefinition, kind: KindDefinition): StoredAs {
  const as = (target: KindDefinition) => (object: KubeObject) => {
    const copy = copyJson(asJson(object));
    return normaliseStored(target, copy as unknown as KubeObject);
  };
  const { group, version, kind: name, plural } = stored;
  return { group, version, kind: name, plural, toStored: as(stored), fromStored: as(kind) };
}

/** Whether a definition's kinds are served: its names are accepted, or were once. */
export const isServed = (definition: CustomResourceDefinition): boolean =>
  isTrue(definition, "Established") || isTrue(definition, "NamesAccepted");

/** Whether the definition is on its way out. */
export const isTerminating = (definition: CustomResourceDefinition): boolean =>
  definition.metadata.deletionTimestamp !== undefined || isTrue(definition, "Terminating");

/** The digest of what decides about a definition's kinds: while it stays the same they do. */
export function digestOf({ spec, status }: CustomResourceDefinition): string {
  const deciding = { spec, acceptedNames: status?.acceptedNames ?? null };
  return createHash("sha256")
    .update(stringify(deciding as unknown as JsonValue))
    .digest("base64");
}
