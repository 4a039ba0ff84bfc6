import type { Query } from "./query.ts";

/** What a URL and a method say, before anyone looks whether such a thing exists (k8s.io/apiserver, pkg/endpoints/request/requestinfo.go). */
export interface RequestInfo {
  /** The decoded path. */
  readonly path: string;
  /** `get`, `list`, `watch`, …; of a request that is no resource request the method in lower case. */
  readonly verb: string;
  readonly isResource: boolean;
  /** A coordinate of every request, key and cache entry; `root` until projects exist. */
  readonly controlPlane: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

/** The control plane that requests without a project prefix address. */
export const ROOT_CONTROL_PLANE = "root";

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** A URL from which kind and namespace cannot be told. */
export class UndeterminedUrlError extends Error {}

/**
 * @param path the decoded path
 * @throws UndeterminedUrlError for `/api/v1/watch` with nothing behind it
 */
export function requestInfo(method: string, path: string, query: Query): RequestInfo {
  const parts = path.replace(/^\/+/, "").replace(/\/+$/, "").split("/");
  const plain = {
    path,
    verb: method.toLowerCase(),
    isResource: false,
    controlPlane: ROOT_CONTROL_PLANE,
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
  };
  if (parts.length < 3 || (parts[0] !== "api" && parts[0] !== "apis")) return plain;
  const grouped = parts[0] === "apis";
  if (grouped && parts.length < 4) return plain;
  const group = grouped ? (parts[1] as string) : "";
  const version = (grouped ? parts[2] : parts[1]) as string;
  let rest = parts.slice(grouped ? 3 : 2);

  let verb = VERB_OF_METHOD[method] ?? "";
  let special = false;
  if (rest[0] === "watch" || rest[0] === "proxy") {
    if (rest.length < 2) throw new UndeterminedUrlError(`unable to determine kind and namespace from url, ${path}`);
    verb = rest[0];
    special = true;
    rest = rest.slice(1);
  }

  let namespace = "";
  if (rest[0] === "namespaces" && rest.length > 1) {
    namespace = rest[1] as string;
    if (rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize") rest = rest.slice(2);
  }
  const [resource = "", named = "", subresource = ""] = rest;
  let name = named;

  if (!special && name === "" && verb === "get") {
    verb = query.flag("watch") ? "watch" : "list";
    name = exactNameOf(query.get("fieldSelector")) ?? "";
  } else if (!special && name === "" && verb === "delete") verb = "deletecollection";

  return { ...plain, verb, isResource: true, group, version, namespace, resource, subresource, name };
}

/** The name that a field selector asks for and nothing else; authorization treats such a list as one of that name. */
function exactNameOf(selector: string | undefined): string | undefined {
  const found = selector === undefined ? null : /^metadata\.name==?([^,=!\\/%]+)$/.exec(selector);
  return found === null || found[1] === "." || found[1] === ".." ? undefined : found[1];
}
