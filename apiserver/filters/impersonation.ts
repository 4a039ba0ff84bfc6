import { quote } from "../../apimachinery/go-text.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { ANONYMOUS } from "../authentication/authenticator.ts";
import { type Authorizer, authorize } from "../authorization/authorizer.ts";
import type { Eventual } from "../eventual.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import { decodePercent } from "../routing/query.ts";
import type { RequestInfo } from "../routing/request-info.ts";

const USER = "impersonate-user";
const GROUP = "impersonate-group";
const UID = "impersonate-uid";
const EXTRA = "impersonate-extra-";

/**
 * Whom a request is made as: its sender, or whom the sender asks to be and may be (k8s.io/apiserver, pkg/endpoints/filters/impersonation).
 * A header that came several times is read as the list of its values.
 * @throws StatusError Forbidden for who may not impersonate, BadRequest for a request that names no user
 */
export function impersonated(
  { headers }: ApiRequest,
  info: RequestInfo,
  sender: UserInfo,
  authorizers: readonly Authorizer[],
): Eventual<UserInfo> {
  const requested = requestedUser(headers);
  return requested === undefined ? sender : permitted(requested, info, sender, authorizers);
}

async function permitted(requested: UserInfo, info: RequestInfo, sender: UserInfo, authorizers: readonly Authorizer[]): Promise<UserInfo> {
  if (requested.name === "") throw badRequest(`requested ${goPrinted(requested)} without impersonating a user name`);
  await authorize(authorizers, { user: sender, info: { ...info, verb: `impersonate-on:${modeOf(requested.name)}:${info.verb}` } });
  return withUsualGroups(requested);
}

function requestedUser(headers: ApiRequest["headers"]): UserInfo | undefined {
  const extra: Record<string, readonly string[]> = {};
  for (const name in headers) {
    if (name.startsWith(EXTRA)) extra[decodePercent(name.slice(EXTRA.length)) ?? name.slice(EXTRA.length)] = values(headers[name]);
  }
  const groups = values(headers[GROUP]);
  const [name, uid] = [headers[USER] ?? "", headers[UID] ?? ""];
  const hasExtra = Object.keys(extra).length > 0;
  if (name === "" && uid === "" && groups.length === 0 && !hasExtra) return undefined;
  return { name, groups, ...(uid && { uid }), ...(hasExtra && { extra }) };
}

const values = (header: string | undefined): string[] => (header ? header.split(", ") : []);

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

/** The kind of user, on which the right to be one depends (KEP-5284). */
function modeOf(name: string): string {
  if (SERVICE_ACCOUNT.test(name)) return "serviceaccount";
  return name.startsWith("system:node:") ? "arbitrary-node" : "user-info";
}

/** The groups that go without saying. */
function withUsualGroups(user: UserInfo): UserInfo {
  const groups = [...user.groups];
  const namespace = SERVICE_ACCOUNT.exec(user.name)?.[1];
  if (namespace !== undefined && groups.length === 0) groups.push("system:serviceaccounts", `system:serviceaccounts:${namespace}`);
  const anonymous = user.name === ANONYMOUS.name || groups.includes("system:unauthenticated");
  const usual = anonymous ? "system:unauthenticated" : "system:authenticated";
  return { ...user, groups: groups.includes(usual) ? groups : [...groups, usual] };
}

/** The user as Go prints it with `%#v`, into the text of a refusal. */
function goPrinted({ name, uid = "", groups, extra }: UserInfo): string {
  const list = (items: readonly string[]) => `[]string{${items.map(quote).join(", ")}}`;
  const shownGroups = groups.length === 0 ? "[]string(nil)" : list(groups);
  const shownExtra =
    extra === undefined
      ? "map[string][]string(nil)"
      : `map[string][]string{${Object.entries(extra)
          .map(([key, items]) => `${quote(key)}:${list(items)}`)
          .join(", ")}}`;
  return `&user.DefaultInfo{Name:${quote(name)}, UID:${quote(uid)}, Groups:${shownGroups}, Extra:${shownExtra}}`;
}
