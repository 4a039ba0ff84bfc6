import { expect, test } from "vitest";
import {
  maskTrailingDash,
  validateConfigKey,
  validateDns1035Label,
  validateDnsLabel,
  validateDnsSubdomain,
  validateLabelValue,
  validatePathSegmentName,
  validateQualifiedName,
} from "./names.ts";

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

test("a subdomain is lower case with dots inside and at most 253 bytes", () => {
  for (const name of ["a", "123", "a.b.c", "a-b", "a".repeat(253)]) expect(validateDnsSubdomain(name)).toEqual([]);
  for (const name of ["", "Abc", "a_b", "-a", "a-", "a.", "a..b", "a b", "a/b", ".", "..", "ä", "a:b", "a\n"]) {
    expect(validateDnsSubdomain(name)).toEqual([SUBDOMAIN]);
  }
  expect(validateDnsSubdomain("a".repeat(254))).toEqual(["must be no more than 253 characters"]);
  expect(validateDnsSubdomain("ä".repeat(127))).toEqual(["must be no more than 253 characters", SUBDOMAIN]);
});

test("a label has no dots, which is said in its own words", () => {
  expect(validateDnsLabel("a-1")).toEqual([]);
  expect(validateDnsLabel("a.b")).toEqual(["must not contain dots"]);
  expect(validateDnsLabel("a..b")).toEqual([LABEL]);
  expect(validateDnsLabel("b".repeat(64))).toEqual(["must be no more than 63 characters"]);
});

test("an RFC 1035 label starts with a letter", () => {
  expect(validateDns1035Label("a1")).toEqual([]);
  expect(validateDns1035Label("1a")).toEqual([
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ]);
});

test("a path segment may not lead elsewhere", () => {
  expect(validatePathSegmentName("system:Node x")).toEqual([]);
  expect(validatePathSegmentName("..")).toEqual(["may not be '..'"]);
  expect(validatePathSegmentName("..", true)).toEqual([]);
  expect(validatePathSegmentName("a/%")).toEqual(["may not contain '/'", "may not contain '%'"]);
});

test("a qualified name has a name part and perhaps a domain", () => {
  for (const name of ["a", "A.b_c", "example.com/x"]) expect(validateQualifiedName(name)).toEqual([]);
  expect(validateQualifiedName("-a")).toEqual([NAME_PART]);
  expect(validateQualifiedName("k".repeat(64))).toEqual(["name part must be no more than 63 bytes"]);
  expect(validateQualifiedName("Example.com/x")).toEqual([`prefix part ${SUBDOMAIN}`]);
  expect(validateQualifiedName(`${"a".repeat(254)}/x`)).toEqual(["prefix part must be no more than 253 bytes"]);
  expect(validateQualifiedName("/b")).toEqual(["prefix part must be non-empty"]);
  expect(validateQualifiedName("example.com/")).toEqual(["name part must be non-empty", NAME_PART]);
  expect(validateQualifiedName("a/b/c")).toEqual([
    `a valid label key ${NAME_PART.slice("name part ".length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
  ]);
});

test("a label's value may be empty", () => {
  for (const value of ["", "a", "A_b.c-1"]) expect(validateLabelValue(value)).toEqual([]);
  expect(validateLabelValue("b@c")).toEqual([VALUE]);
  expect(validateLabelValue("v".repeat(64))).toEqual(["must be no more than 63 bytes"]);
});

test("a config key is a file name that stays in its folder", () => {
  for (const key of ["a", ".a", "A_b-c.d", "..."]) expect(validateConfigKey(key).length).toBe(key === "..." ? 1 : 0);
  expect(validateConfigKey("..")).toEqual(["must not be '..'"]);
  expect(validateConfigKey("..a")).toEqual(["must not start with '..'"]);
  expect(validateConfigKey("a b")).toEqual([
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ]);
});

test("a dash at the end of a prefix is masked together with the character before it", () => {
  expect(maskTrailingDash("web-")).toBe("wea");
  expect(maskTrailingDash("-a-")).toBe("-a");
  expect(maskTrailingDash("-")).toBe("-");
});

test("a very long name is refused in linear time", () => {
  expect(validateDnsSubdomain(`${"a-.".repeat(300_000)}!`)).toHaveLength(2);
  expect(validateDnsSubdomain(`${"a".repeat(3_000_000)}!`)).toHaveLength(2);
});
