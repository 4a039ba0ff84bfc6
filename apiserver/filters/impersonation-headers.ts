import { quote } from "../../apimachinery/go-text.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { headerText } from "../header-text.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import { decodePercent } from "../routing/query.ts";

const PREFIX = "impersonate-";
const EXTRA = "impersonate-extra-";

/**
 * Whom a request asks to be made as, word for word; undefined where it asks for nobody. Every value of a header that comes several times
 * counts for itself: a group may have a comma in its name (k8s.io/apiserver, pkg/endpoints/filters/impersonation).
 * @throws StatusError BadRequest for a request that names no user but something else
 */
export function wantedUser(request: ApiRequest): UserInfo | undefined {
  const given = impersonationHeaders(request);
  if (given === undefined) return undefined;
  const name = given.get("impersonate-user")?.[0] ?? "";
  const uid = given.get("impersonate-uid")?.[0] ?? "";
  const groups = given.get("impersonate-group") ?? [];
  const extra = extraOf(given);
  const wanted = { name, groups, ...(uid && { uid }), ...(extra.size > 0 && { extra: Object.fromEntries(extra) }) };
  if (name !== "") return wanted;
  if (uid === "" && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequest(`requested ${goPrinted(wanted)} without impersonating a user name`);
}

/** Names in lower case. Most requests have none of these headers, and end with the first look. */
function impersonationHeaders({ headers, rawHeaders }: ApiRequest): Map<string, string[]> | undefined {
  let some = false;
  for (const name in headers) some ||= name.startsWith(PREFIX);
  if (!some) return undefined;
  const given = new Map<string, string[]>();
  const add = (header: string, value: string) => {
    const name = header.toLowerCase();
    if (name.startsWith(PREFIX)) addTo(given, name, headerText(value));
  };
  if (rawHeaders !== undefined)
    for (let at = 0; at < rawHeaders.length; at += 2) add(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  else for (const [name, value] of Object.entries(headers)) add(name, value ?? "");
  return given;
}

/** The keys come percent-encoded, for a name of a header can hold little; a broken escape stands for itself. */
function extraOf(given: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const [header, values] of given) {
    if (!header.startsWith(EXTRA)) continue;
    const key = header.slice(EXTRA.length);
    addTo(extra, decodePercent(key) ?? key, ...values);
  }
  return extra;
}

function addTo(lists: Map<string, string[]>, name: string, ...values: readonly string[]): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [...values]);
  else list.push(...values);
}

/** The user as Go prints it with `%#v`, into the text of a refusal. */
function goPrinted({ name, uid = "", groups, extra }: UserInfo): string {
  const list = (items: readonly string[]) => `[]string{${items.map(quote).join(", ")}}`;
  const shownGroups = groups.length === 0 ? "[]string(nil)" : list(groups);
  const shownExtra =
    extra === undefined
      ? "map[string][]string(nil)"
      : `map[string][]string{${Object.keys(extra)
          .sort()
          .map((key) => `${quote(key)}:${list(extra[key] ?? [])}`)
          .join(", ")}}`;
  return `&user.DefaultInfo{Name:${quote(name)}, UID:${quote(uid)}, Groups:${shownGroups}, Extra:${shownExtra}}`;
}
