import { headerText } from "../header-text.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import { decodePercent } from "../routing/query.ts";
import { type Authenticator, InvalidCredential } from "./authenticator.ts";

/** Which headers of a trusted proxy tell who sends a request. */
export interface RequestHeaderOptions {
  /** Common names that a proxy's certificate may have; none: any. */
  readonly allowedNames: readonly string[];
  /** Of these the first header with a value. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  /** All values of all of them. */
  readonly groupHeaders: readonly string[];
  /** What the names of headers begin with whose rest is a key of the user's extra. */
  readonly extraHeaderPrefixes: readonly string[];
}

/**
 * Takes a proxy's word for who sends a request: one whose certificate an authority of proxies vouches for
 * (k8s.io/apiserver, pkg/authentication/request/headerrequest; reference 9.2). Nobody else's headers are looked at.
 * @param now milliseconds since the epoch
 */
export function requestHeaders(options: RequestHeaderOptions, now: () => number): Authenticator {
  const lower = (names: readonly string[]) => names.map((name) => name.trim().toLowerCase());
  const names = {
    user: lower(options.usernameHeaders),
    uid: lower(options.uidHeaders),
    group: lower(options.groupHeaders),
    extra: lower(options.extraHeaderPrefixes),
  };
  return (request) => {
    const certificate = request.connection.proxyCertificate;
    if (certificate === undefined || now() > certificate.validUntil) return undefined;
    if (options.allowedNames.length > 0 && !options.allowedNames.includes(certificate.commonName)) {
      return new InvalidCredential(`x509: subject with cn=${certificate.commonName} is not in the allowed list`);
    }
    const values = headerValues(request);
    const first = (headers: readonly string[]) => headers.map((header) => values.get(header)?.[0] ?? "").find((value) => value !== "");
    const name = first(names.user);
    if (name === undefined) return undefined;
    const uid = first(names.uid);
    const groups = names.group.flatMap((header) => values.get(header) ?? []).filter((value) => value !== "");
    const extra = extraOf(values, names.extra);
    return { name, ...(uid && { uid }), groups, ...(extra && { extra }) };
  };
}

/** Every value of every header for itself: a group may have a comma in its name. Names in lower case. */
function headerValues({ headers, rawHeaders }: ApiRequest): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  const add = (name: string, bytes: string) => {
    const value = headerText(bytes);
    const list = values.get(name);
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  };
  if (rawHeaders === undefined) for (const [name, value] of Object.entries(headers)) add(name, value ?? "");
  else for (let at = 0; at < rawHeaders.length; at += 2) add((rawHeaders[at] as string).toLowerCase(), rawHeaders[at + 1] as string);
  return values;
}

/** The keys come percent-encoded; a broken escape stands for itself. */
function extraOf(values: ReadonlyMap<string, readonly string[]>, prefixes: readonly string[]): UserInfo["extra"] {
  const extra = new Map<string, string[]>();
  for (const prefix of prefixes) {
    for (const [name, list] of values) {
      if (!name.startsWith(prefix)) continue;
      const encoded = name.slice(prefix.length);
      const key = decodePercent(encoded) ?? encoded;
      extra.set(key, [...(extra.get(key) ?? []), ...list]);
    }
  }
  return extra.size === 0 ? undefined : Object.fromEntries(extra);
}
