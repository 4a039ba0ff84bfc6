import { aggregateText } from "../../apimachinery/field/error.ts";
import { quote } from "../../apimachinery/go-text.ts";
import { isReason, type StatusError } from "../../apimachinery/status/status.ts";
import { validateDomainPrefixedPath } from "../../apimachinery/validation/domain-prefixed-path.ts";
import { validateDnsLabel, validateDnsSubdomain } from "../../apimachinery/validation/names.ts";
import { isUnknown } from "../authentication/authenticator.ts";
import { type Attributes, type Authorizer, authorize, denial, type FailureOf, MASTERS } from "../authorization/authorizer.ts";
import type { UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";

/** Who wants to make which request as somebody else. */
export interface Sender {
  readonly user: UserInfo;
  readonly info: RequestInfo;
  readonly authorizer: Authorizer;
}

/** One way of being allowed to act as another user. */
export interface Mode {
  /** The right over the identity, of a constrained mode. */
  readonly verb?: string;
  /** Whether such a user can be impersonated in this way at all. */
  suits(wanted: UserInfo): boolean;
  /**
   * The user that the request is made as, once the sender has every right that it takes.
   * @throws StatusError Forbidden for the first right that is missing
   */
  become(wanted: UserInfo, sender: Sender): Promise<UserInfo>;
}

/**
 * All of them, in the order in which they are tried. Constrained impersonation (KEP-5284) needs a right over the identity,
 * `impersonate:user-info`, and one over the request that is made with it, `impersonate-on:user-info:list`; the older sort needs the verb
 * `impersonate` alone, and has no opinion about the request. The mode `associated-node`, for agents on nodes, has no place here.
 * (k8s.io/apiserver, pkg/endpoints/filters/impersonation/mode.go; recordings access/impersonation-rights, access/constrained-impersonation-user)
 */
export const MODES: readonly Mode[] = [
  constrained("arbitrary-node", (wanted) => nodeOf(wanted.name) !== undefined && hasOnlyName(wanted)),
  constrained("serviceaccount", (wanted) => serviceAccountOf(wanted.name) !== undefined && hasOnlyName(wanted)),
  constrained("user-info", ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined),
  { suits: () => true, become: (wanted, sender) => identity(wanted, sender, { verb: "impersonate", group: "", strict: false }) },
];

function constrained(mode: string, suits: Mode["suits"]): Mode {
  const verb = `impersonate:${mode}`;
  return {
    verb,
    suits,
    async become(wanted, sender) {
      const { info, user, authorizer } = sender;
      await authorize(authorizer, { user, info: { ...info, verb: `impersonate-on:${mode}:${info.verb}` } }, refusalOf);
      return identity(wanted, sender, { verb, group: AUTHENTICATION, strict: true });
    },
  };
}

/** What cannot be found out is refused, with what went wrong as the reason. */
const refusalOf: FailureOf = (error, attributes, reason) => denial(attributes, reason === undefined ? error : `${error}: ${reason}`);

const AUTHENTICATION = "authentication.k8s.io";

/** Which rights over an identity are asked for. */
interface Rights {
  readonly verb: string;
  /** Where users, groups and service accounts are looked for. */
  readonly group: string;
  /** Refuses what the older sort has always allowed. */
  readonly strict: boolean;
}

/** Gives the user with the groups that go without saying, once the sender may be all of it. */
async function identity(wanted: UserInfo, sender: Sender, rights: Rights): Promise<UserInfo> {
  const questions = new Questions(sender, rights);
  const { strict, group } = rights;
  const account = serviceAccountOf(wanted.name);
  const node = strict ? nodeOf(wanted.name) : undefined;
  if (account !== undefined) await questions.need({ group, resource: "serviceaccounts", ...account });
  else if (node !== undefined) await questions.need({ group, resource: "nodes", name: node });
  else await questions.need({ group, resource: "users", name: wanted.name });
  if (wanted.uid !== undefined) await questions.need({ group: AUTHENTICATION, resource: "uids", name: wanted.uid });
  await needGroups(wanted.groups, questions, rights);
  await needExtra(wanted.extra ?? {}, questions, rights);
  return withUsualGroups(wanted, account?.namespace, node !== undefined);
}

async function needGroups(groups: readonly string[], questions: Questions, { strict, group }: Rights): Promise<void> {
  const of = (name: string) => ({ group, resource: "groups", name });
  if (strict && groups.includes("")) throw questions.refusal(of(""), "impersonating the empty string group is not allowed");
  if (strict && groups.includes(MASTERS)) throw questions.refusal(of(MASTERS), `impersonating the ${MASTERS} group is not allowed`);
  if (strict && groups.length >= MANY && (await questions.may(of("*")))) return;
  for (const name of groups) await questions.need(of(name));
}

async function needExtra(extra: NonNullable<UserInfo["extra"]>, questions: Questions, { strict }: Rights): Promise<void> {
  const of = (key: string, name: string) => ({ group: AUTHENTICATION, resource: "userextras", subresource: key, name });
  const values = Object.entries(extra).flatMap(([key, list]) => list.map((value) => of(key, value)));
  const problem = strict ? problemOf(extra) : undefined;
  if (problem !== undefined) throw questions.refusal(of("", ""), problem);
  if (strict && values.length >= MANY && (await questions.may(of("*", "*")))) return;
  for (const value of values) await questions.need(value);
}

/** From so many groups or values on, the right over all of them is asked for before that over each. */
const MANY = 4;

/** What of an identity is asked for. */
type Part = Pick<RequestInfo, "group" | "resource" | "name"> & Partial<Pick<RequestInfo, "namespace" | "subresource">>;

/** Asks whether a sender has a right over a part of an identity. */
class Questions {
  readonly #sender: Sender;
  readonly #verb: string;

  constructor(sender: Sender, { verb }: Rights) {
    this.#sender = sender;
    this.#verb = verb;
  }

  /** @throws StatusError Forbidden */
  async need(part: Part): Promise<void> {
    await authorize(this.#sender.authorizer, this.#attributes(part), refusalOf);
  }

  async may(part: Part): Promise<boolean> {
    try {
      await this.need(part);
      return true;
    } catch (error) {
      if (isReason(error, "Forbidden")) return false;
      throw error;
    }
  }

  refusal(part: Part, why: string): StatusError {
    return denial(this.#attributes(part), why);
  }

  #attributes(part: Part): Attributes {
    const { user, info } = this.#sender;
    const { controlPlane } = info;
    const verb = this.#verb;
    return { user, info: { path: "", verb, isResource: true, controlPlane, version: "v1", namespace: "", subresource: "", ...part } };
  }
}

/** What constrained impersonation has against extras. */
function problemOf(extra: NonNullable<UserInfo["extra"]>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === "") return "impersonating the empty string key in extra is not allowed";
    const errors = validateDomainPrefixedPath(key, "extra.key");
    if (errors.length > 0) return `impersonating an invalid key in extra is not allowed: ${aggregateText(errors)}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${quote(key)}`;
    if (values.includes("")) return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}

function withUsualGroups(user: UserInfo, serviceAccountNamespace: string | undefined, isNode: boolean): UserInfo {
  let { groups } = user;
  if (isNode) groups = ["system:nodes"];
  if (serviceAccountNamespace !== undefined && groups.length === 0) {
    groups = ["system:serviceaccounts", `system:serviceaccounts:${serviceAccountNamespace}`];
  }
  const unknown = isUnknown({ ...user, groups });
  const usual = unknown ? "system:unauthenticated" : "system:authenticated";
  return { ...user, groups: groups.includes(usual) ? groups : [...groups, usual] };
}

const hasOnlyName = ({ uid, groups, extra }: UserInfo) => uid === undefined && groups.length === 0 && extra === undefined;

/** `system:serviceaccount:ns:name`, if that is a namespace and a name. */
function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return validateDnsLabel(namespace).length + validateDnsSubdomain(name).length === 0 ? { namespace, name } : undefined;
}

const NODE = "system:node:";

function nodeOf(user: string): string | undefined {
  if (!user.startsWith(NODE)) return undefined;
  const name = user.slice(NODE.length);
  return validateDnsSubdomain(name).length === 0 ? name : undefined;
}
