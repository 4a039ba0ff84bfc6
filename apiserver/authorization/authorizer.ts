import { quote } from "../../apimachinery/go-text.ts";
import { forbidden, forbiddenPath, type StatusError } from "../../apimachinery/status/status.ts";
import type { Eventual } from "../eventual.ts";
import type { UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";

/** What a user wants to do. */
export interface Attributes {
  readonly user: UserInfo;
  readonly info: RequestInfo;
}

/** `deny` ends the chain; with `no-opinion` from everyone the request is denied too. */
export type Verdict = "allow" | "deny" | "no-opinion";

export type Authorizer = (attributes: Attributes) => Eventual<Verdict>;

/** `system:masters` may do everything. */
export const systemMasters: Authorizer = ({ user }) => (user.groups.includes("system:masters") ? "allow" : "no-opinion");

const PUBLIC_PATHS = /^\/(healthz|livez|readyz)(\/.*)?$|^\/version\/?$/;

/** Health and version answer everyone, as the role `system:public-info-viewer` of kube-apiserver has it. */
export const publicPaths: Authorizer = ({ info }) =>
  !info.isResource && info.verb === "get" && PUBLIC_PATHS.test(info.path) ? "allow" : "no-opinion";

const KEY = Symbol("authorize");

/** Proof that a request was allowed. Only {@link authorize} can make one, and no handler runs without it. */
export class Permission {
  constructor(key: typeof KEY) {
    if (key !== KEY) throw new Error("a permission is made by authorize() only");
  }
}

const GRANTED = new Permission(KEY);

/**
 * Asks the authorizers in turn; the first that has an opinion decides.
 * @throws StatusError the 403 that kube-apiserver sends
 */
export function authorize(authorizers: readonly Authorizer[], attributes: Attributes, first = 0): Eventual<Permission> {
  for (let at = first; at < authorizers.length; at++) {
    const verdict = authorizers[at]!(attributes);
    if (verdict instanceof Promise) {
      return verdict.then((later) => (later === "no-opinion" ? authorize(authorizers, attributes, at + 1) : decide(later, attributes)));
    }
    if (verdict !== "no-opinion") return decide(verdict, attributes);
  }
  return decide("deny", attributes);
}

function decide(verdict: "allow" | "deny", attributes: Attributes): Permission {
  if (verdict === "allow") return GRANTED;
  throw denial(attributes);
}

/**
 * The 403 of what somebody may not do, with a reason if there is one
 * (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/errors.go; recording access/forbidden-texts).
 */
export function denial({ user, info }: Attributes, reason = ""): StatusError {
  const text = `${escapeHtml(`User ${quote(user.name)} cannot ${info.verb} ${targetText(info)}`)}${reason && `: ${reason}`}`;
  return info.isResource ? forbidden({ group: info.group, resource: info.resource }, info.name, text) : forbiddenPath(text);
}

function targetText(info: RequestInfo): string {
  if (!info.isResource) return `path ${quote(info.path)}`;
  const resource = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === "" ? "at the cluster scope" : `in the namespace ${quote(info.namespace)}`;
  return `resource ${quote(resource)} in API group ${quote(info.group)} ${where}`;
}

/** Escaped as Go's html/template does: some clients print answers into pages. */
const escapeHtml = (text: string) =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] as string);
