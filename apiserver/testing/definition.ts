import type { KubeObject } from "../../apimachinery/object.ts";

const GROUP = "example.com";

/** What a test says of a version; the schema admits anything where it says none. */
export interface TestVersion {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  /** The properties at the root. */
  readonly properties?: object;
  readonly [member: string]: unknown;
}

/** A CustomResourceDefinition as someone might post it: the kind Lamp of example.com, unless it is another one. */
export function lampDefinition(
  versions: readonly TestVersion[] = [{}],
  names: { plural: string; kind: string; [name: string]: unknown } = { plural: "lamps", kind: "Lamp" },
  more: object = {},
): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${names.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names,
      versions: versions.map(({ name = "v1", served = true, storage = versions.length === 1, properties, ...rest }) => ({
        name,
        served,
        storage,
        schema: {
          openAPIV3Schema:
            properties === undefined ? { type: "object", "x-kubernetes-preserve-unknown-fields": true } : { type: "object", properties },
        },
        ...rest,
      })),
      ...more,
    },
  };
}

/** What the controllers tell of a definition whose names nobody else has. */
export function establishedStatus({ spec }: KubeObject): object {
  const { names } = spec as { names: { kind: string } };
  const condition = (type: string) => ({ type, status: "True", reason: "Tested", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" });
  const acceptedNames = { singular: names.kind.toLowerCase(), listKind: `${names.kind}List`, ...names };
  return { acceptedNames, conditions: [condition("NamesAccepted"), condition("Established")], storedVersions: ["v1"] };
}
