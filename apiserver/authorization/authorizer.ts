import { quote } from "../../apimachinery/go-text.ts";
import { forbidden, forbiddenPath, type StatusError } from "../../apimachinery/status/status.ts";
import type { PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";
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

export interface Decision {
  readonly verdict: Verdict;
  /** Why, for whoever was refused, and for reviews. */
  readonly reason?: string;
  /** What went wrong while it was decided; what is allowed is allowed all the same. */
  readonly error?: string;
}

export const ALLOW: Decision = Object.freeze({ verdict: "allow" });
export const DENY: Decision = Object.freeze({ verdict: "deny" });
export const NO_OPINION: Decision = Object.freeze({ verdict: "no-opinion" });

/** Asked about every request: one that can answer from memory answers at once. */
export type Authorizer = (attributes: Attributes) => Eventual<Decision>;

/** An authorizer under the name by which reasons tell of it. */
export interface NamedAuthorizer {
  readonly name: string;
  readonly authorizer: Authorizer;
  /** Everything that somebody may do in a namespace; missing where an authorizer never gives a right. */
  readonly rulesFor?: (user: UserInfo, namespace: string) => Eventual<Rights>;
}

/** What somebody may do. */
export interface Rights {
  readonly rules: readonly PolicyRule[];
  /** There may be more that an authorizer cannot list. */
  readonly incomplete: boolean;
  readonly error?: string;
}

export const MASTERS = "system:masters";

/** `system:masters` may do everything. */
export const systemMasters: Authorizer = ({ user }) => (user.groups.includes(MASTERS) ? ALLOW : NO_OPINION);

/**
 * Several authorizers as one: they are asked in turn, and the first that has an opinion decides. Where nobody has one, all of their reasons and
 * errors are told (k8s.io/apiserver, pkg/authorization/union).
 */
export function union(chain: readonly NamedAuthorizer[]): Authorizer {
  const ask = (attributes: Attributes, first: number, before: readonly NamedDecision[]): Eventual<Decision> => {
    let untold = before;
    for (let at = first; at < chain.length; at++) {
      const { name, authorizer } = chain[at] as NamedAuthorizer;
      const decision = authorizer(attributes);
      if (decision instanceof Promise) {
        const sofar = untold;
        return decision.then((later) =>
          later.verdict === "no-opinion" ? ask(attributes, at + 1, withDecision(sofar, name, later)) : later,
        );
      }
      if (decision.verdict !== "no-opinion") return decision;
      untold = withDecision(untold, name, decision);
    }
    return untold.length === 0 ? NO_OPINION : together(untold);
  };
  return (attributes) => ask(attributes, 0, NOTHING);
}

interface NamedDecision {
  readonly name: string;
  readonly decision: Decision;
}

const NOTHING: readonly NamedDecision[] = [];

/** Most have nothing to tell, and cost nothing. */
const withDecision = (before: readonly NamedDecision[], name: string, decision: Decision): readonly NamedDecision[] =>
  decision.reason === undefined && decision.error === undefined ? before : [...before, { name, decision }];

function together(untold: readonly NamedDecision[]): Decision {
  const reasons = untold.flatMap(({ name, decision: { reason } }) => (reason === undefined ? [] : [`${name}: ${reason}`]));
  const errors = untold.flatMap(({ decision: { error } }) => (error === undefined ? [] : [error]));
  return {
    verdict: "no-opinion",
    ...(reasons.length > 0 && { reason: reasons.join("\n") }),
    ...(errors.length > 0 && { error: textOfErrors(errors) }),
  };
}

/** One error's text, or `[a, b]` with repeated ones left out (k8s.io/apimachinery, pkg/util/errors). */
export function textOfErrors(errors: readonly string[]): string {
  const texts = [...new Set(errors)];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
}

const KEY = Symbol("authorize");

/** Proof that a request was allowed. Only {@link authorize} can make one, and no handler runs without it. */
export class Permission {
  constructor(key: typeof KEY) {
    if (key !== KEY) throw new Error("a permission is made by authorize() only");
  }
}

const GRANTED = new Permission(KEY);

/** Whether a request is allowed could not be found out. */
export class AuthorizationError extends Error {}

/** What is thrown where something is not allowed, and something went wrong. */
export type FailureOf = (error: string, attributes: Attributes, reason: string | undefined) => Error;

/**
 * Asks for a right.
 * @param failureOf default: an AuthorizationError
 * @param witness told what was decided
 * @throws StatusError the 403 that kube-apiserver sends
 */
export function authorize(
  authorizer: Authorizer,
  attributes: Attributes,
  failureOf: FailureOf = unknown,
  witness?: Witness,
): Eventual<Permission> {
  const decision = authorizer(attributes);
  return decision instanceof Promise
    ? decision.then((later) => granted(later, attributes, failureOf, witness))
    : granted(decision, attributes, failureOf, witness);
}

/** Who keeps a record of decisions. */
export interface Witness {
  decided(decision: Decision): void;
}

const unknown: FailureOf = (error) => new AuthorizationError(error);

function granted(decision: Decision, attributes: Attributes, failureOf: FailureOf, witness: Witness | undefined): Permission {
  const { verdict, reason, error } = decision;
  witness?.decided(decision);
  if (verdict === "allow") return GRANTED;
  throw error === undefined ? denial(attributes, reason) : failureOf(error, attributes, reason);
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
export const escapeHtml = (text: string) =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] as string);
