import { notFoundRoute } from "../../apimachinery/status/status.ts";
import { CONFIGURATION_PATH, KEYS_PATH } from "../authentication/service-accounts/discovery.ts";
import type { Registry, VersionEntry } from "../registry/registry.ts";
import type { Resource } from "../registry/resource.ts";

/** Which part of the server answers an address. */
export type Route =
  | { readonly to: "resource"; readonly target: ResourceTarget }
  | { readonly to: "groups" | "core-versions" | "version" | "index" }
  | { readonly to: "group"; readonly group: string }
  | { readonly to: "resources"; readonly group: string; readonly version: VersionEntry }
  | { readonly to: "health"; readonly endpoint: "healthz" | "livez" | "readyz"; readonly check: string | undefined }
  | { readonly to: "openapi"; readonly path: string }
  /** What comes behind `/metrics/`. */
  | { readonly to: "metrics"; readonly path: string }
  /** How flow control is doing, in text for people. */
  | { readonly to: "flow-control"; readonly what: string }
  /** How others check tokens of service accounts. */
  | { readonly to: "issuer"; readonly path: string }
  /** 404 in plain text. */
  | { readonly to: "nothing" };

/** What an address of a resource names. */
export interface ResourceTarget {
  readonly resource: Resource;
  readonly namespace: string;
  /** Empty for a collection. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** Below the deprecated `/watch/` paths. */
  readonly watchPath: boolean;
}

const NOTHING: Route = { to: "nothing" };

/**
 * Finds what an address names. Trailing slashes do not count; empty segments elsewhere do.
 * @param path the decoded path
 * @throws StatusError NotFound inside groups of built-in kinds, where kube-apiserver answers with a Status
 */
export function routeOf(path: string, registry: Registry): Route {
  if (!path.startsWith("/") || path.startsWith("//")) return NOTHING;
  const tokens = withoutTrailingSlashes(path).split("/");
  const first = tokens[1];
  const rest = tokens.slice(2);
  switch (first) {
    case undefined:
    case "":
    case "index.html":
      return rest.length === 0 ? { to: "index" } : NOTHING;
    case "api":
      return rest.length === 0 ? { to: "core-versions" } : versionRoute("", rest, registry);
    case "apis": {
      const group = rest[0];
      const below = rest.slice(1);
      if (group === undefined) return { to: "groups" };
      if (group === "" || registry.group(group) === undefined) return NOTHING;
      return below.length === 0 ? { to: "group", group } : versionRoute(group, below, registry);
    }
    case "version":
      if (rest.length > 0) throw notFoundRoute();
      return { to: "version" };
    case "healthz":
    case "livez":
    case "readyz":
      return { to: "health", endpoint: first, check: rest.length === 0 ? undefined : rest.join("/") };
    case "metrics":
      return { to: "metrics", path: rest.join("/") };
    case "debug":
      return rest.length === 2 && rest[0] === "api_priority_and_fairness" ? { to: "flow-control", what: rest[1] as string } : NOTHING;
    case "openapi":
      return rest[0] === "v2" || rest[0] === "v3" ? { to: "openapi", path: tokens.slice(1).join("/") } : NOTHING;
    case ".well-known":
    case "openid": {
      const known = tokens.join("/");
      return known === CONFIGURATION_PATH || known === KEYS_PATH ? { to: "issuer", path: known } : NOTHING;
    }
    default:
      return NOTHING;
  }
}

function versionRoute(group: string, tokens: readonly string[], registry: Registry): Route {
  const entry = registry.version(group, tokens[0] ?? "");
  const rest = tokens.slice(1);
  if (entry === undefined) return missing(group, registry);
  if (rest.length === 0) return { to: "resources", group, version: entry };
  const watchPath = rest[0] === "watch";
  const target = resourceTarget(watchPath ? rest.slice(1) : rest, entry, watchPath);
  return target === undefined ? missing(group, registry) : { to: "resource", target };
}

/** What is not there: plain text where only custom kinds live, a Status elsewhere. */
function missing(group: string, registry: Registry): Route {
  if (registry.group(group)?.custom) return NOTHING;
  throw notFoundRoute();
}

function resourceTarget(tokens: readonly string[], version: VersionEntry, watchPath: boolean): ResourceTarget | undefined {
  const found = (plural: string | undefined, namespace: string, rest: readonly string[]): ResourceTarget | undefined => {
    const resource = plural === undefined ? undefined : version.resources.get(plural);
    if (resource === undefined || rest.includes("")) return undefined;
    // what comes behind the subresource of a custom kind does not count
    if (rest.length > 2 && !resource.custom) return undefined;
    // what is not stored has no addresses but that to create it
    if (resource.kind.answered && (rest.length > 0 || watchPath || (resource.namespaced && namespace === ""))) return undefined;
    const name = rest[0] ?? "";
    const subresource = rest[1] ?? "";
    if (!resource.custom && subresource !== "" && !hasSubresource(resource, subresource)) return undefined;
    return { resource, namespace, name, subresource, watchPath };
  };

  const inNamespace = tokens[0] === "namespaces" && tokens.length > 2 ? found(tokens[2], tokens[1] as string, tokens.slice(3)) : undefined;
  if (inNamespace?.resource.namespaced) return inNamespace.namespace === "" && inNamespace.name !== "" ? undefined : inNamespace;
  const target = found(tokens[0], "", tokens.slice(1));
  // across namespaces a namespaced kind has its collection only
  return target === undefined || (target.resource.namespaced && target.name !== "") ? undefined : target;
}

const hasSubresource = ({ kind }: Resource, subresource: string) => Object.hasOwn(kind.subresources, subresource);

/** A pattern would look at every run of slashes to its end, and an address may have a million of them. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}
