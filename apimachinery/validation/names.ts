/**
 * The grammars of names, label keys and label values. Every function returns the error texts that kube-apiserver gives for a text,
 * none for a good one (k8s.io/apimachinery, pkg/util/validation and pkg/api/validate/content). Lengths count UTF-8 bytes.
 */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";

const whole = (grammar: string) => new RegExp(`^${grammar}$`);
const isLabel = whole(LABEL);
const isSubdomain = whole(SUBDOMAIN);
const isLabel1035 = whole(LABEL_1035);
const isQualified = whole(QUALIFIED);
const isLabelValue = whole(LABEL_VALUE);
const isConfigKey = whole(CONFIG_KEY);

/** `{rule} (e.g. 'a',  or 'b', regex used for validation is '{grammar}')`; the two spaces are Kubernetes'. */
function grammarText(rule: string, grammar: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${shown}regex used for validation is '${grammar}')`;
}

const SUBDOMAIN_TEXT = grammarText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  "example.com",
);
const LABEL_TEXT = grammarText(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  "my-name",
  "123-abc",
);
const LABEL_1035_TEXT = grammarText(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  "my-name",
  "abc-123",
);
const QUALIFIED_TEXT = grammarText(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  "MyName",
  "my.name",
  "123-abc",
);
const LABEL_VALUE_TEXT = grammarText(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_VALUE,
  "MyValue",
  "my_value",
  "12345",
);
const CONFIG_KEY_TEXT = grammarText(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  "key.name",
  "KEY_NAME",
  "key-name",
);

/** Whether a text has more than `max` bytes in UTF-8; most texts are told by their length alone. */
function isLongerThan(text: string, max: number): boolean {
  return text.length > max || (text.length * 3 > max && Buffer.byteLength(text) > max);
}

/** A domain in lower case, at most 253 bytes: the names of most kinds. */
export function validateDnsSubdomain(name: string): string[] {
  const errors: string[] = [];
  if (isLongerThan(name, 253)) errors.push("must be no more than 253 characters");
  if (!isSubdomain.test(name)) errors.push(SUBDOMAIN_TEXT);
  return errors;
}

/** One part of a domain, at most 63 bytes: the names of namespaces. */
export function validateDnsLabel(name: string): string[] {
  const errors: string[] = [];
  if (isLongerThan(name, 63)) errors.push("must be no more than 63 characters");
  if (!isLabel.test(name)) errors.push(isSubdomain.test(name) ? "must not contain dots" : LABEL_TEXT);
  return errors;
}

/** The older form of a label, which starts with a letter: the names of custom kinds and resources. */
export function validateDns1035Label(name: string): string[] {
  const errors: string[] = [];
  if (isLongerThan(name, 63)) errors.push("must be no more than 63 characters");
  if (!isLabel1035.test(name)) errors.push(LABEL_1035_TEXT);
  return errors;
}

/** What any name must be to stand in a path. `prefix`: the text is the start of a name (a generateName), which may be a dot. */
export function validatePathSegmentName(name: string, prefix = false): string[] {
  if (!prefix && (name === "." || name === "..")) return [`may not be '${name}'`];
  return ["/", "%"].filter((content) => name.includes(content)).map((content) => `may not contain '${content}'`);
}

/** `[prefix/]name`: label and annotation keys, finalizers, resource names of quotas. */
export function validateQualifiedName(value: string): string[] {
  const errors: string[] = [];
  const slash = value.indexOf("/");
  if (slash !== value.lastIndexOf("/")) {
    return [`a valid label key ${QUALIFIED_TEXT} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (slash === 0) errors.push("prefix part must be non-empty");
  else if (slash > 0) {
    const prefix = value.slice(0, slash);
    if (isLongerThan(prefix, 253)) errors.push("prefix part must be no more than 253 bytes");
    if (!isSubdomain.test(prefix)) errors.push(`prefix part ${SUBDOMAIN_TEXT}`);
  }
  const name = slash === -1 ? value : value.slice(slash + 1);
  if (name === "") errors.push("name part must be non-empty");
  else if (isLongerThan(name, 63)) errors.push("name part must be no more than 63 bytes");
  if (!isQualified.test(name)) errors.push(`name part ${QUALIFIED_TEXT}`);
  return errors;
}

/** The value of a label: nothing, or at most 63 bytes. */
export function validateLabelValue(value: string): string[] {
  const errors: string[] = [];
  if (isLongerThan(value, 63)) errors.push("must be no more than 63 bytes");
  if (!isLabelValue.test(value)) errors.push(LABEL_VALUE_TEXT);
  return errors;
}

/** A key of a ConfigMap's or Secret's data: it becomes a file name, so it may not lead to another folder. */
export function validateConfigKey(key: string): string[] {
  const errors: string[] = [];
  if (isLongerThan(key, 253)) errors.push("must be no more than 253 characters");
  if (!isConfigKey.test(key)) errors.push(CONFIG_KEY_TEXT);
  if (key === "." || key === "..") errors.push(`must not be '${key}'`);
  else if (key.startsWith("..")) errors.push("must not start with '..'");
  return errors;
}

/**
 * A generateName as it is checked: what is appended to it may end well, so a dash at its end is no fault.
 * Like Kubernetes, this replaces the last two characters: `web-` is checked as `wea`.
 */
export function maskTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;
}
