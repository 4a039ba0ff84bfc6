import { type FieldError, forbidden, invalid, invalidWithoutValue, notSupported, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validateDns1035Label, validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import { APPROVED, approvalOf, isProtectedGroup } from "../../../apis/apiextensions/v1/approval.ts";
import { isTrue } from "../../../apis/apiextensions/v1/conditions.ts";
import type { CustomResourceDefinition } from "../../../apis/apiextensions/v1/custom-resource-definition.ts";
import { type ConversionOptions, conversionErrors, hasBadBundle, hasKnownReview } from "./conversion-rules.ts";
import { defaultErrors, hasUnknownFields } from "./default-rules.ts";
import { dumpOf, type InternalForm, internalForm, type PerVersion, type Version } from "./internal-form.ts";
import { type JsonSchema, schemasIn, TYPES } from "./json-schema.ts";
import { nameErrors, requiredNames } from "./name-rules.ts";
import { hasNonAtomicSet, keyErrors, type SchemaOptions, schemaErrors } from "./schema-rules.ts";
import { structuralErrors, unstructural } from "./structural-rules.ts";
import { columnErrors, deprecationErrors, MOST_SELECTABLE, selectableFieldErrors, subresourceErrors } from "./version-rules.ts";

/** What of a definition is judged more mildly than in a new one: what was wrong before may stay so. */
interface Options extends SchemaOptions, ConversionOptions {
  readonly structural: boolean;
  readonly prunedDefaults: boolean;
  /** Names and scope stay: the kind is served. */
  readonly established: boolean;
  /** Versions that had too many selectable fields before, and have the same now; empty for what all versions have in common. */
  readonly manySelectable: ReadonlySet<string>;
}

const NEW: Options = {
  structural: true,
  prunedDefaults: true,
  validTypes: true,
  atomicSets: true,
  mapKeys: true,
  knownReview: true,
  goodBundle: false,
  established: false,
  manySelectable: new Set(),
};

const SPEC = FieldPath.of("spec");
const STATUS = FieldPath.of("status");

/** Everything wrong with a new definition but its metadata (apiextensions-apiserver, pkg/apis/apiextensions/validation). */
export function definitionErrors(object: KubeObject): FieldError[] {
  const definition = object as CustomResourceDefinition;
  const { metadata, spec } = definition;
  const named = !metadata.name || metadata.name === `${spec.names.plural}.${spec.group}`;
  return [
    ...(named ? [] : [invalid("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...specErrors(definition, NEW),
    ...statusErrors(definition),
    ...storedVersionErrors(definition),
    ...approvalErrors(definition, undefined),
    ...preserveErrors(definition, undefined),
  ];
}

/** The same of one that replaces another. */
export function definitionUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const definition = object as CustomResourceDefinition;
  const before = old as CustomResourceDefinition;
  return [
    ...specErrors(definition, optionsAfter(definition, before)),
    ...immutableErrors(definition, before),
    ...statusErrors(definition),
    ...storedVersionErrors(definition),
    ...approvalErrors(definition, before),
    ...preserveErrors(definition, before),
  ];
}

/** The same of a new status. */
export function statusErrors(object: KubeObject): FieldError[] {
  const { acceptedNames } = (object as CustomResourceDefinition).status ?? {};
  return acceptedNames === undefined ? [] : nameErrors(acceptedNames, STATUS.child("acceptedNames"));
}

function optionsAfter(definition: CustomResourceDefinition, before: CustomResourceDefinition): Options {
  const schemas = (before.spec.versions ?? []).flatMap(({ schema }) => schema?.openAPIV3Schema ?? []) as JsonSchema[];
  const all = schemas.flatMap(schemasIn);
  const nowhere = (wrong: (schema: JsonSchema) => boolean) => !all.some(wrong);
  const established = isTrue(before, "Established");
  return {
    structural: schemas.every((schema) => unstructural(schema) === undefined && structuralErrors(schema, FieldPath.root).length === 0),
    prunedDefaults: nowhere(
      (schema) => schema.default !== undefined && schema.default !== null && hasUnknownFields(schema, schema.default),
    ),
    validTypes: nowhere(({ type }) => type !== undefined && !TYPES.includes(type as string)),
    atomicSets: nowhere(hasNonAtomicSet),
    mapKeys: nowhere((schema) => keyErrors(schema, FieldPath.root).length > 0),
    knownReview: hasKnownReview(before.spec.conversion),
    goodBundle: established && !hasBadBundle(before.spec.conversion),
    established,
    manySelectable: new Set([...manySelectable(internalForm(definition), internalForm(before))]),
  };
}

function* manySelectable(now: InternalForm, before: InternalForm): Generator<string> {
  const stays = (a: PerVersion, b: PerVersion | undefined) =>
    b !== undefined && b.selectableFields.length > MOST_SELECTABLE && equalJson(a.selectableFields as never, b.selectableFields as never);
  if (stays(now.common, before.common)) yield "";
  for (const version of now.versions) {
    const { name } = version.version;
    const same = before.versions.find((other) => other.version.name === name);
    if (stays(version, same)) yield name;
  }
}

function specErrors(definition: CustomResourceDefinition, options: Options): FieldError[] {
  const { group, scope, names, conversion } = definition.spec;
  const form = internalForm(definition);
  const errors: FieldError[] = [];
  if (!group) errors.push(required(SPEC.child("group")));
  else {
    const texts = validateDnsSubdomain(group);
    if (texts.length > 0) errors.push(invalid(SPEC.child("group"), group, texts.join(",")));
    else if (!group.includes(".")) errors.push(invalid(SPEC.child("group"), group, "should be a domain with at least one dot"));
  }
  if (!scope) errors.push(required(SPEC.child("scope")));
  else if (scope !== "Cluster" && scope !== "Namespaced") errors.push(notSupported(SPEC.child("scope"), scope, ["Cluster", "Namespaced"]));
  if (form.common.schema === undefined) {
    for (const [index, { schema }] of form.versions.entries()) {
      if (schema === undefined) errors.push(required(SPEC.child("versions").index(index).child("schema").child("openAPIV3Schema")));
    }
  }
  const hasStatus = (version: PerVersion) => (version.subresources ?? form.common.subresources)?.status !== undefined;
  for (const [index, version] of form.versions.entries()) {
    const path = SPEC.child("versions").index(index);
    const { name } = version.version;
    const texts = validateDns1035Label(name);
    if (texts.length > 0) errors.push(invalid(path.child("name"), name, texts.join(",")));
    errors.push(...deprecationErrors(version.version, path.child("deprecationWarning")));
    errors.push(...perVersionErrors(version, path, path.child("schema"), hasStatus(version), options, name));
  }
  const versionNames = form.versions.map(({ version }) => version.name);
  const wrong = (detail: string) => invalidWithoutValue(SPEC.child("versions"), `${JSON.stringify(dumpOf(form))}: ${detail}`);
  if (new Set(versionNames).size < versionNames.length) errors.push(wrong("must contain unique version names"));
  if (form.versions.filter(({ version }) => version.storage).length !== 1) {
    errors.push(wrong("must have exactly one version marked as storage version"));
  }
  // Kubernetes keeps the first version's name a second time
  const first = validateDns1035Label(versionNames[0] || "v1");
  if (first.length > 0) errors.push(invalid(SPEC.child("version"), versionNames[0], first.join(",")));
  errors.push(...requiredNames(names, SPEC.child("names")), ...nameErrors(names, SPEC.child("names")));
  const anyStatus = [form.common, ...form.versions].some((version) => version.subresources?.status !== undefined);
  errors.push(...perVersionErrors(form.common, SPEC, SPEC.child("validation"), anyStatus, options, ""));
  errors.push(...conversionErrors(conversion, SPEC.child("conversion"), options));
  return errors;
}

/** What is wrong with what a version says, or all of them together. */
function perVersionErrors(
  { schema, subresources, columns, selectableFields }: PerVersion,
  path: FieldPath,
  schemaPath: FieldPath,
  status: boolean,
  options: Options,
  name: string,
): FieldError[] {
  return [
    ...(schema === undefined ? [] : wholeSchemaErrors(schema, schemaPath, status, options)),
    ...subresourceErrors(subresources, path.child("subresources")),
    ...columns.flatMap((column, index) => columnErrors(column, path.child("additionalPrinterColumns").index(index))),
    ...selectableFieldErrors(selectableFields, schema, path.child("selectableFields"), options.manySelectable.has(name)),
  ];
}

/** Members that the root of a schema may have although the status is judged by itself. */
const AT_ROOT = [
  ..."Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems".split(
    " ",
  ),
  ..."UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations".split(" "),
];

/** A member's name in Go: `x-kubernetes-validations` is `XValidations`. */
const goName = (member: string): string =>
  member
    .replace(/^x-kubernetes/, "x")
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");

function wholeSchemaErrors(schema: JsonSchema, parent: FieldPath, status: boolean, options: Options): FieldError[] {
  const path = parent.child("openAPIV3Schema");
  const errors: FieldError[] = [];
  if (status) errors.push(...rootErrors(schema, path));
  if (schema.nullable === true) errors.push(forbidden(path.child("nullable"), "nullable cannot be true at the root"));
  const impossible = unstructural(schema);
  if (options.structural && impossible === undefined) {
    const structural = structuralErrors(schema, path);
    errors.push(...(structural.length > 0 ? structural : defaultErrors(schema, path, options.prunedDefaults)));
  }
  errors.push(...schemaErrors(schema, path, options));
  if (options.structural && impossible !== undefined && errors.length === 0) errors.push(invalid(path, "", impossible));
  return errors;
}

function rootErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  for (const member of Object.keys(schema)) {
    if (member === "type") {
      if (schema.type === "object") continue;
      const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalid(path.child("type"), schema.type, why)];
    }
    if (AT_ROOT.includes(goName(member))) continue;
    const why = `only [${AT_ROOT.join(" ")}] fields are allowed at the root of the schema if the status subresource is enabled`;
    return [invalid(path, schema, why)];
  }
  return [];
}

function immutableErrors({ spec }: CustomResourceDefinition, before: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const stays = (path: FieldPath, value: unknown, old: unknown) => {
    if (value !== old) errors.push(invalid(path, value, "field is immutable"));
  };
  if (isTrue(before, "Established")) {
    stays(SPEC.child("scope"), spec.scope, before.spec.scope);
    stays(SPEC.child("names").child("kind"), spec.names.kind, before.spec.names.kind);
  }
  stays(SPEC.child("group"), spec.group, before.spec.group);
  stays(SPEC.child("names").child("plural"), spec.names.plural, before.spec.names.plural);
  return errors;
}

function storedVersionErrors({ spec, status }: CustomResourceDefinition): FieldError[] {
  const path = STATUS.child("storedVersions");
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalid(path, status?.storedVersions ?? null, "must have at least one stored version")];
  const versions: readonly Version[] = spec.versions ?? [];
  const errors = versions
    .filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => invalid(path, stored, `must have the storage version ${name}`));
  for (const [index, name] of stored.entries()) {
    if (versions.some((version) => version.name === name) || stored.lastIndexOf(name) !== index) continue;
    const why =
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ` +
      `ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(path.index(index), name, why));
  }
  return errors;
}

function approvalErrors({ metadata, spec }: CustomResourceDefinition, before: CustomResourceDefinition | undefined): FieldError[] {
  if (!isProtectedGroup(spec.group ?? "")) return [];
  const { state, reason } = approvalOf(metadata.annotations);
  if (state === "Approved" || state === "Unapproved") return [];
  if (before !== undefined && approvalOf(before.metadata.annotations).state === state) return [];
  const path = FieldPath.of("metadata", "annotations").key(APPROVED);
  return [state === "Missing" ? required(path, reason) : invalid(path, metadata.annotations?.[APPROVED], reason)];
}

function preserveErrors({ spec }: CustomResourceDefinition, before: CustomResourceDefinition | undefined): FieldError[] {
  if (spec.preserveUnknownFields !== true || before?.spec.preserveUnknownFields === true) return [];
  const why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalid(SPEC.child("preserveUnknownFields"), true, why)];
}
