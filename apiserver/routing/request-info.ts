import { parseFieldSelector } from "../../apimachinery/fields/selector.ts";
import { validatePathSegmentName } from "../../apimachinery/validation/names.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
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
  /** What a list, a watch or the deletion of a collection selects, as sent; authorizers may look at it. Not below the deprecated `/watch/` paths. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
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
  const parts = segments(path);
  const grouped = parts[0] === "apis";
  // where the resource begins
  let at = grouped ? 3 : 2;
  if (parts.length <= at || !(grouped || parts[0] === "api")) {
    return {
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
  }
  const group = grouped ? (parts[1] as string) : "";
  const version = parts[at - 1] as string;

  let verb = VERB_OF_METHOD[method] ?? "";
  const special = parts[at] === "watch" || parts[at] === "proxy";
  if (special) {
    if (parts.length < at + 2) throw new UndeterminedUrlError("unable to determine kind and namespace from url");
    verb = parts[at] as string;
    at += 1;
  }

  let namespace = "";
  if (parts[at] === "namespaces" && parts.length > at + 1) {
    namespace = parts[at + 1] as string;
    const below = parts[at + 2];
    if (below !== undefined && below !== "status" && below !== "finalize") at += 2;
  }
  const resource = parts[at] ?? "";
  let name = parts[at + 1] ?? "";
  // what follows an object to proxy to is the path there
  const subresource = verb === "proxy" ? "" : (parts[at + 2] ?? "");

  const fieldSelector = query.get("fieldSelector") ?? "";
  const labelSelector = query.get("labelSelector") ?? "";
  let collection = false;
  if (!special && name === "" && verb === "get") {
    verb = query.flag("watch") ? "watch" : "list";
    collection = true;
    name = exactNameOf(fieldSelector) ?? "";
  } else if (!special && name === "" && verb === "delete") {
    verb = "deletecollection";
    collection = true;
  }

  const info = { path, verb, isResource: true, controlPlane: ROOT_CONTROL_PLANE, group, version, namespace, resource, subresource, name };
  if (!collection || (fieldSelector === "" && labelSelector === "")) return info;
  return { ...info, fieldSelector, labelSelector };
}

/** What is between the slashes, without those at both ends. Looked at by hand: this is done for every request. */
function segments(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === SLASH) start++;
  while (end > start && path.charCodeAt(end - 1) === SLASH) end--;
  return path.slice(start, end).split("/");
}

const SLASH = 0x2f;

/** The name that all objects of a list have that a field selector selects; authorization treats it as one of that name. */
function exactNameOf(selector: string): string | undefined {
  if (selector === "") return undefined;
  try {
    const name = parseFieldSelector(selector).requiresExactMatch("metadata.name");
    return name === undefined || validatePathSegmentName(name).length > 0 ? undefined : name;
  } catch (error) {
    // the list itself will be refused
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
