import type { GroupVersionKind } from "../../apimachinery/object.ts";
import type { KindDefinition, Verb } from "../../apis/kind.ts";
import {
  DELETE_OPTIONS,
  definitionOf,
  groupOperationId,
  groupTagOf,
  keyOf,
  listDefinitionOf,
  META,
  operationId,
  PATCH,
  SCALE,
  STATUS,
  tagOf,
  WATCH_EVENT,
} from "./names.ts";
import { NAMESPACE, nameOf, PARAMETERS, type Parameter, PRETTY } from "./parameters.ts";

/** What can be done at an address, before it is written in either version of OpenAPI. */
export interface Operation {
  readonly method: "get" | "put" | "post" | "delete" | "patch";
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** `x-kubernetes-action`; none for what is about no resource. */
  readonly action?: string;
  readonly gvk?: GroupVersionKind;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly definition: string; readonly required: boolean };
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly answers: readonly Answer[];
}

export interface Answer {
  readonly code: number;
  readonly definition: string;
}

export interface Address {
  readonly path: string;
  readonly operations: readonly Operation[];
}

const JSON_YAML = ["application/json", "application/yaml"];
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const BUILTIN = [...JSON_YAML, PROTOBUF];
const STREAMS = ["application/json;stream=watch", `${PROTOBUF};stream=watch`];
const CUSTOM_PATCHES = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
const BUILTIN_PATCHES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

/**
 * Every address of a kind, with its operations, as kube-apiserver documents them (apiserver, pkg/endpoints/installer.go; of custom kinds:
 * apiextensions-apiserver, pkg/controller/openapi/builder).
 */
export function addressesOf(kind: KindDefinition): Address[] {
  return new KindAddresses(kind).all();
}

class KindAddresses {
  readonly #kind: KindDefinition;
  readonly #custom: boolean;
  readonly #namespaced: boolean;
  readonly #definition: string;

  constructor(kind: KindDefinition) {
    this.#kind = kind;
    this.#custom = kind.flavor === "custom";
    this.#namespaced = kind.scope === "Namespaced";
    this.#definition = definitionOf(kind);
  }

  all(): Address[] {
    const { plural, subresources } = this.#kind;
    const base = `/${keyOf(this.#kind)}`;
    const root = this.#namespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
    const addresses: Address[] = [
      { path: root, operations: this.#collection() },
      { path: `${root}/{name}`, operations: this.#object() },
    ];
    if (this.#namespaced && this.#has("list")) addresses.unshift({ path: `${base}/${plural}`, operations: [this.#list(true)] });
    for (const name of ["status", "scale", "approval", "finalize"] as const) {
      if (subresources[name] === undefined) continue;
      addresses.push({ path: `${root}/{name}/${name}`, operations: this.#subresource(name) });
    }
    if (subresources.token !== undefined) {
      addresses.push({ path: `${root}/{name}/token`, operations: [this.#answered(subresources.token, "token")] });
    }
    // The deprecated addresses for watches are there for built-in kinds only.
    if (!this.#custom && this.#has("watch")) addresses.push(...this.#watches(base, root));
    return addresses.filter(({ operations }) => operations.length > 0);
  }

  #has(verb: Verb): boolean {
    return this.#kind.verbs.includes(verb);
  }

  #collection(): Operation[] {
    const operations: Operation[] = [];
    const { kind } = this.#kind;
    if (this.#has("list")) operations.push(this.#list(false));
    if (this.#has("create")) {
      operations.push({
        ...this.#operation("post", "create", "post", "", `Create a ${kind}.`),
        parameters: this.#parameters(PARAMETERS.write, false),
        body: { definition: this.#definition, required: true },
        answers: this.#answers([200, 201, 202], this.#definition),
      });
    }
    if (this.#has("deletecollection")) {
      operations.push({
        ...this.#operation(
          "delete",
          "delete",
          "deletecollection",
          "",
          `Delete the objects of kind ${kind} that are selected.`,
          "collection",
        ),
        parameters: this.#parameters(this.#custom ? PARAMETERS.list : PARAMETERS.deleteCollection, false),
        ...(this.#custom ? {} : { body: { definition: DELETE_OPTIONS, required: false } }),
        answers: this.#answers([200], STATUS),
      });
    }
    return operations;
  }

  #object(): Operation[] {
    const operations: Operation[] = [];
    const { kind } = this.#kind;
    if (this.#has("get")) operations.push(this.#read(this.#definition, ""));
    if (this.#has("update")) operations.push(this.#replace(this.#definition, ""));
    if (this.#has("delete")) {
      operations.push({
        ...this.#operation("delete", "delete", "delete", "", `Delete a ${kind}.`),
        parameters: this.#parameters(PARAMETERS.delete, true),
        body: { definition: DELETE_OPTIONS, required: false },
        answers: this.#answers([200, 202], STATUS),
      });
    }
    if (this.#has("patch")) operations.push(this.#patch(this.#definition, ""));
    return operations;
  }

  #subresource(name: "status" | "scale" | "approval" | "finalize"): Operation[] {
    const definition = name === "scale" ? SCALE : this.#definition;
    const replace = this.#replace(definition, name);
    return name === "finalize" ? [replace] : [this.#read(definition, name), replace, this.#patch(definition, name)];
  }

  /** A POST that is answered in a kind of its own. */
  #answered(kind: KindDefinition, name: "token"): Operation {
    const definition = definitionOf(kind);
    return {
      ...this.#operation("post", "create", "post", name, `Ask for the ${name} of a ${this.#kind.kind}.`),
      gvk: kind,
      parameters: this.#parameters(PARAMETERS.write, true),
      body: { definition, required: true },
      answers: this.#answers([200, 201, 202], definition),
    };
  }

  #list(everywhere: boolean): Operation {
    const { kind } = this.#kind;
    const suffix = everywhere ? "ForAllNamespaces" : "";
    const subject = everywhere ? kind + suffix : this.#subject("");
    const where = everywhere ? " in all namespaces" : "";
    return {
      ...this.#operation("get", "list", "list", "", `List objects of kind ${kind}${where}, or watch them.`),
      id: operationId("list", this.#kind, subject),
      parameters: this.#parameters(PARAMETERS.list, false, everywhere),
      produces: this.#custom ? JSON_YAML : [...BUILTIN, ...STREAMS],
      answers: this.#answers([200], listDefinitionOf(this.#kind)),
    };
  }

  #read(definition: string, subresource: string): Operation {
    return {
      ...this.#operation("get", "read", "get", subresource, `Read ${this.#what(subresource)}.`),
      parameters: this.#parameters(this.#custom ? PARAMETERS.getCustom : PARAMETERS.get, true),
      answers: this.#answers([200], definition),
    };
  }

  #replace(definition: string, subresource: string): Operation {
    return {
      ...this.#operation("put", "replace", "put", subresource, `Replace ${this.#what(subresource)}.`),
      parameters: this.#parameters(PARAMETERS.write, true),
      body: { definition, required: true },
      answers: this.#answers([200, 201], definition),
    };
  }

  #patch(definition: string, subresource: string): Operation {
    return {
      ...this.#operation("patch", "patch", "patch", subresource, `Change parts of ${this.#what(subresource)}.`),
      parameters: this.#parameters(PARAMETERS.patch, true),
      body: { definition: PATCH, required: true },
      consumes: this.#custom ? CUSTOM_PATCHES : BUILTIN_PATCHES,
      answers: this.#answers(this.#custom ? [200] : [200, 201], definition),
    };
  }

  #watches(base: string, root: string): Address[] {
    const below = root.slice(base.length);
    const { kind, plural } = this.#kind;
    const watch = (path: string, action: string, subject: string, description: string, named: boolean, everywhere = false): Address => ({
      path: `${base}/watch${path}`,
      operations: [
        {
          ...this.#operation("get", "watch", action, "", description),
          id: operationId("watch", this.#kind, subject),
          parameters: this.#parameters(PARAMETERS.list, named, everywhere),
          produces: [...BUILTIN, ...STREAMS],
          answers: this.#answers([200], WATCH_EVENT),
        },
      ],
    });
    const one = "Watch one object. Deprecated: use `watch` and `fieldSelector` on the list.";
    const many = `Watch objects of kind ${kind}. Deprecated: use \`watch\` on the list.`;
    const addresses = [
      watch(below, "watchlist", `${this.#subject("")}List`, many, false),
      watch(`${below}/{name}`, "watch", this.#subject(""), one, true),
    ];
    if (this.#namespaced) addresses.unshift(watch(`/${plural}`, "watchlist", `${kind}ListForAllNamespaces`, many, false, true));
    return addresses;
  }

  #operation(method: Operation["method"], verb: string, action: string, subresource: string, description: string, prefix = "") {
    return {
      method,
      id: operationId(verb, this.#kind, prefix + this.#subject(subresource)),
      tag: tagOf(this.#kind),
      description,
      action,
      gvk: this.#kind,
      consumes: this.#custom ? JSON_YAML : ["*/*"],
      produces: this.#custom ? JSON_YAML : BUILTIN,
    };
  }

  #subject(subresource: string): string {
    return `${this.#namespaced ? "Namespaced" : ""}${this.#kind.kind}${subresource.charAt(0).toUpperCase()}${subresource.slice(1)}`;
  }

  #what(subresource: string): string {
    return subresource === "" ? `a ${this.#kind.kind}` : `the ${subresource} of a ${this.#kind.kind}`;
  }

  #parameters(own: readonly Parameter[], named: boolean, everywhere = false): Parameter[] {
    const parameters = [...own, PRETTY];
    if (named) parameters.push(nameOf(this.#kind.kind));
    if (this.#namespaced && !everywhere) parameters.push(NAMESPACE);
    return parameters;
  }

  #answers(codes: readonly number[], definition: string): Answer[] {
    return codes.map((code) => ({ code, definition }));
  }
}

/** An address that only tells something, with a slash at its end as kube-apiserver writes it. */
function telling(path: string, id: string, tag: string, description: string, definition: string, produces = BUILTIN): Address {
  const operation: Operation = {
    method: "get",
    id,
    tag,
    description,
    parameters: [],
    consumes: produces,
    produces,
    answers: [{ code: 200, definition }],
  };
  return { path: `/${path}/`, operations: [operation] };
}

/** The list of a group version's resources. */
export const resourcesAddress = (version: { readonly group: string; readonly version: string }): Address =>
  telling(
    keyOf(version),
    operationId("get", version, "APIResources"),
    tagOf(version),
    "List the resources of this version.",
    `${META}.APIResourceList`,
  );

export const groupAddress = (group: string): Address =>
  telling(
    `apis/${group}`,
    groupOperationId("get", group, "APIGroup"),
    groupTagOf(group),
    "Tell the versions of this group.",
    `${META}.APIGroup`,
  );

export const CORE_VERSIONS: Address = telling(
  "api",
  "getCoreAPIVersions",
  "core",
  "Tell the versions of the core group.",
  `${META}.APIVersions`,
);
export const GROUPS: Address = telling("apis", "getAPIVersions", "apis", "List the API groups.", `${META}.APIGroupList`);
export const VERSION: Address = telling(
  "version",
  "getCodeVersion",
  "version",
  "Tell the version of the server.",
  "io.k8s.apimachinery.pkg.version.Info",
  ["application/json"],
);
