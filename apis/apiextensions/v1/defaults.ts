import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { type CustomResourceDefinition, EMPTY_STATUS } from "./custom-resource-definition.ts";

const HTTPS = 443;

/** (apiextensions-apiserver, pkg/apis/apiextensions/v1/defaults.go) */
export function setDefaults(object: KubeObject): void {
  const { spec } = object as CustomResourceDefinition;
  const { names } = spec;
  if (!names.singular && names.kind) names.singular = names.kind.toLowerCase();
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
  spec.conversion ??= { strategy: "None" };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service !== undefined) service.port ??= HTTPS;
  const status = { ...EMPTY_STATUS, ...(object.status as object | undefined) };
  const storage = storageVersion(spec);
  if (storage !== undefined && !status.storedVersions) Object.assign(status, { storedVersions: [storage] });
  object.status = status;
}

/** A new definition has no status of its own yet (pkg/registry/customresourcedefinition/strategy.go). */
export function prepareForCreate(object: KubeObject): void {
  const storage = storageVersion((object as CustomResourceDefinition).spec);
  object.status = { ...EMPTY_STATUS, ...(storage === undefined ? {} : { storedVersions: [storage] }) };
  object.metadata.generation = 1;
}

/** The status stays, but for the version that objects are stored in from now on. */
export function prepareForUpdate(object: KubeObject, old: KubeObject): void {
  const { spec, status } = old as CustomResourceDefinition;
  const storage = storageVersion((object as CustomResourceDefinition).spec);
  const storedVersions = status?.storedVersions ?? [];
  object.status =
    storage === undefined || storedVersions.includes(storage)
      ? status
      : ({ ...status, storedVersions: [...storedVersions, storage] } as CustomResourceDefinition["status"]);
  if (!equalJson(object.spec as JsonValue, spec as unknown as JsonValue)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

const storageVersion = ({ versions }: CustomResourceDefinition["spec"]): string | undefined =>
  (versions ?? []).find(({ storage }) => storage)?.name;
