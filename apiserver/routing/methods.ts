import { badRequest, methodNotAllowed, methodNotSupported, notFound } from "../../apimachinery/status/status.ts";
import type { Verb } from "../../apis/kind.ts";
import type { ResourceTarget } from "./router.ts";

/** What is to be done with a target. */
export type Action = Verb | "watch";

const SUBRESOURCE_METHODS: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  status: { GET: "get", PUT: "update", PATCH: "patch" },
  approval: { GET: "get", PUT: "update", PATCH: "patch" },
  scale: { GET: "get", PUT: "update", PATCH: "patch" },
  finalize: { PUT: "update" },
  token: { POST: "create" },
};

/**
 * The action that a method asks for at a target; undefined where nothing is served, to be told in plain text.
 * @param watching the query of a collection asks for a watch
 * @throws StatusError MethodNotAllowed, and what custom kinds answer instead
 */
export function actionOf(method: string, target: ResourceTarget, watching: boolean): Action | undefined {
  const { resource, name, subresource, watchPath } = target;
  if (resource.custom) return customAction(method, target, watching);
  if (subresource !== "") {
    const action = SUBRESOURCE_METHODS[subresource]?.[method];
    if (action === undefined || watchPath) throw methodNotAllowed();
    return action;
  }
  if (watchPath) {
    if (method !== "GET") throw methodNotAllowed();
    return "watch";
  }
  const action = name === "" ? collectionAction(method, watching) : objectAction(method);
  const everywhere = name === "" && resource.namespaced && target.namespace === "";
  if (action === undefined || !resource.kind.verbs.includes(action) || (everywhere && action !== "list" && action !== "watch")) {
    throw methodNotAllowed();
  }
  return action;
}

function collectionAction(method: string, watching: boolean): Verb | undefined {
  if (method === "GET") return watching ? "watch" : "list";
  if (method === "POST") return "create";
  return method === "DELETE" ? "deletecollection" : undefined;
}

const OBJECT_ACTIONS: Readonly<Record<string, Verb>> = { GET: "get", PUT: "update", PATCH: "patch", DELETE: "delete" };
const objectAction = (method: string): Verb | undefined => OBJECT_ACTIONS[method];

/** Custom kinds answer by verb, not by route (k8s.io/apiextensions-apiserver, pkg/apiserver/customresource_handler.go). */
function customAction(method: string, target: ResourceTarget, watching: boolean): Action | undefined {
  const { resource, name, subresource, watchPath } = target;
  const verb = { POST: "create", GET: "get", HEAD: "get", PUT: "update", PATCH: "patch", DELETE: "delete" }[method] ?? "";
  if (watchPath && verb === "get") return "watch";
  if (subresource !== "") {
    if (!Object.hasOwn(resource.kind.subresources, subresource)) throw notFound(resource.groupResource, name);
    if (verb === "get" || verb === "update" || verb === "patch") return verb;
    throw methodNotSupported(resource.groupResource, verb);
  }
  if (name !== "") {
    if (verb === "get" || verb === "update" || verb === "patch" || verb === "delete" || verb === "create") return verb;
    throw methodNotSupported(resource.groupResource, verb);
  }
  if (verb === "get") return watching ? "watch" : "list";
  if (resource.namespaced && target.namespace === "") return undefined;
  if (verb === "create") return "create";
  if (verb === "delete") return "deletecollection";
  // that it has no name is told after that the patch is of no type
  if (verb === "patch") return "patch";
  if (verb === "update") throw badRequest("name must be provided");
  throw methodNotSupported(resource.groupResource, verb);
}
