/** Formats of names and links, as the parsers of Go's standard library read them. Every check is linear in the text. */

const LETTER_OR_DIGIT = "a-zA-Z0-9\\p{S}\\p{L}";
const FIRST = new RegExp(`^[${LETTER_OR_DIGIT}]-?[${LETTER_OR_DIGIT}]{0,62}$`, "u");
const LABEL = new RegExp(`^[${LETTER_OR_DIGIT}](?:[-${LETTER_OR_DIGIT}]{0,61}[${LETTER_OR_DIGIT}])?$`, "u");
const TOP = /^[a-zA-Z\p{L}]{2,63}$/u;

/**
 * A host name (RFC 1034 and 1123): one label, or several of which the last has letters only. At most 255 bytes, 63 a label.
 * A label that stands alone may have a hyphen in second place only; so says the pattern that Kubernetes uses.
 */
export function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255) return false;
  const labels = text.split(".");
  if (labels.some((label) => Buffer.byteLength(label) > 63)) return false;
  const last = labels.pop() as string;
  if (labels.length === 0) return FIRST.test(last);
  return TOP.test(last) && labels.every((label) => LABEL.test(label));
}

/** An absolute URI or an absolute path (net/url's ParseRequestURI). A fragment is part of what it follows. */
export function isUri(text: string): boolean {
  if (text === "" || /[\x00-\x1f\x7f]/.test(text)) return false;
  if (text === "*") return true;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text)?.[0];
  if (scheme === undefined && text.startsWith(":")) return false;
  const rest = text.slice(scheme?.length ?? 0).split("?", 1)[0] as string;
  if (!rest.startsWith("/")) return scheme !== undefined;
  if (scheme === undefined || !rest.startsWith("//")) return escapesAreValid(rest);
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  return isAuthority(authority) && escapesAreValid(slash < 0 ? "" : rest.slice(slash));
}

const escapesAreValid = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text);

function isAuthority(text: string): boolean {
  const at = text.lastIndexOf("@");
  const user = text.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !escapesAreValid(user)) return false;
  const host = text.slice(at + 1);
  if (host.startsWith("[")) {
    const end = host.lastIndexOf("]");
    return end > 0 && /^(:[0-9]*)?$/.test(host.slice(end + 1)) && isHostText(host.slice(1, end).replace(/%25.*$/, ""));
  }
  const colon = host.lastIndexOf(":");
  if (colon >= 0 && !/^:[0-9]*$/.test(host.slice(colon))) return false;
  return isHostText(host);
}

/** Percent escapes of a host stand for bytes beyond ASCII, or for the percent sign. */
const isHostText = (text: string): boolean =>
  /^(?:[A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~]|[^\x00-\x7f]|%[89a-fA-F][0-9a-fA-F]|%25)*$/.test(text);

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u0080-\\uffff]+";
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`;
const QUOTED = '"(?:[^"\\\\\\r\\n\\x00-\\x08\\x0b-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e\\u0080-\\uffff])*"';
const LITERAL = "\\[[\\x21-\\x5a\\x5e-\\x7e]+\\]";
const SPEC = new RegExp(`^(?:${DOT_ATOM}|${QUOTED})@(?:${DOT_ATOM}|${LITERAL})$`);
const WORD = new RegExp(`^(?:${QUOTED}|[A-Za-z0-9!#$%&'*+/=?^_\`{|}~\\-.\\u0080-\\uffff]+)[ \\t]*`);

/** One mail address (RFC 5322), alone or in angle brackets behind a name. */
export function isEmail(text: string): boolean {
  const address = withoutTrailingComment(withoutBlanks(text));
  if (SPEC.test(address)) return true;
  const open = address.lastIndexOf("<");
  if (open < 0 || !address.endsWith(">") || !SPEC.test(address.slice(open + 1, -1))) return false;
  let name = address.slice(0, open);
  while (name !== "") {
    const word = WORD.exec(name)?.[0];
    if (word === undefined) return false;
    name = name.slice(word.length);
  }
  return true;
}

/** Without blanks and tabs at both ends; a pattern for those at the end would look at every run of them to its end. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && (text[start] === " " || text[start] === "\t")) start++;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return text.slice(start, end);
}

function withoutTrailingComment(text: string): string {
  const open = text.endsWith(")") ? text.lastIndexOf("(") : -1;
  return open < 0 ? text : text.slice(0, open).trimEnd();
}
