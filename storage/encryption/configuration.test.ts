import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../apimachinery/configuration/parse.ts";
import { EncryptionConfiguration } from "./configuration.ts";
import { PLAIN } from "./transformer.ts";

const HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n";
const SECRET = Buffer.alloc(32, 7).toString("base64");

const rule = (resources: string, providers = "[{identity: {}}]") => `- resources: ${resources}\n  providers: ${providers}\n`;
const keys = (cipher: string, ...secrets: string[]) =>
  `[{${cipher}: {keys: [${secrets.map((secret, index) => `{name: key${index}, secret: "${secret}"}`).join(", ")}]}}]`;

/** What an EncryptionConfiguration with these rules is told. */
function mistakes(...rules: string[]): string {
  try {
    EncryptionConfiguration.parse(`${HEAD}resources:\n${rules.join("")}`);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
}

describe("an EncryptionConfiguration", () => {
  it("encrypts by the rule that names the resource, else its group, else everything", () => {
    const secretbox = keys("secretbox", SECRET);
    const configuration = EncryptionConfiguration.parse(
      `${HEAD}resources:\n${rule("[secrets, things.example.com]")}${rule("['*.example.com']", secretbox)}${rule("['*.']", secretbox)}`,
    );
    const stored = (group: string, resource: string) =>
      Buffer.from(configuration.transformer({ group, resource }).toStored(Buffer.from("x"), "k")).toString("latin1");
    expect(stored("", "secrets")).toBe("x");
    expect(stored("example.com", "things")).toBe("x");
    expect(stored("", "configmaps")).toMatch(/^k8s:enc:secretbox:/);
    expect(stored("example.com", "others")).toMatch(/^k8s:enc:secretbox:/);
    expect(configuration.transformer({ group: "elsewhere.com", resource: "secrets" })).toBe(PLAIN);
  });

  it.each([
    ["[secrets]", keys("aescbc", Buffer.alloc(16).toString("base64")), ""],
    ["[secrets]", keys("aesgcm", Buffer.alloc(24).toString("base64")), ""],
    [
      "[secrets]",
      keys("secretbox", Buffer.alloc(16).toString("base64")),
      "resources[0].providers[0].secretbox.keys[0].secret: is 16 bytes long, must be 32",
    ],
    ["[secrets]", keys("aescbc", SECRET, "no base64"), "resources[0].providers[0].aescbc.keys[1].secret: must be base64"],
    ["[secrets]", "[]", "resources[0].providers: must NOT have fewer than 1 items"],
    ["[secrets]", "[{identity: {}, aescbc: {keys: []}}]", /must NOT have more than 1 propert/],
    ["[secrets]", "[{kms: {name: a, endpoint: 'unix:///x'}}]", /^resources\[0\]\.providers\[0\]: unknown field "kms"/],
    ["[]", "[{identity: {}}]", "resources[0].resources: must NOT have fewer than 1 items"],
    ["['*']", "[{identity: {}}]", /^resources\[0\]\.resources\[0\]: "\*" is not a resource/],
    ["[Secrets]", "[{identity: {}}]", 'resources[0].resources[0]: "Secrets" must not contain capital letters'],
    ["['sec*']", "[{identity: {}}]", /can stand for a whole group only/],
    ["['*.*', secrets]", "[{identity: {}}]", 'resources[0].resources[1]: "secrets" is part of another name of the same rule'],
    ["[secrets, '*.']", "[{identity: {}}]", 'resources[0].resources[0]: "secrets" is part of another name of the same rule'],
    ["[secrets, secrets]", "[{identity: {}}]", 'resources[0].resources[1]: "secrets" is named twice'],
    ["[events.events.k8s.io]", "[{identity: {}}]", /is stored as 'events' of the core group/],
  ])("for %s with %s is told %s", (resources, providers, told) => {
    if (typeof told === "string") expect(mistakes(rule(resources, providers))).toBe(told);
    else expect(mistakes(rule(resources, providers))).toMatch(told);
  });

  it("has no rule that an earlier one hides", () => {
    expect(mistakes(rule("['*.']"), rule("[secrets]"))).toBe('resources[1].resources[0]: "secrets" is masked by the earlier rule for "*."');
    expect(mistakes(rule("['*.*']"), rule("['*.apps']"))).toMatch(/is masked by the earlier rule for "\*\.\*"$/);
    expect(mistakes(rule("[secrets]"), rule("['*.']"), rule("['*.*']"))).toBe("");
  });

  it("is refused whole where it is no such file", () => {
    for (const [text, told] of [
      ["", "must be object"],
      ["a: [", /^yaml: line 1: /],
      [`${HEAD}resources: []\n`, "resources: must NOT have fewer than 1 items"],
      [`${HEAD.replace("/v1", "/v2")}resources:\n${rule("[a]")}`, "apiVersion: must be apiserver.config.k8s.io/v1"],
      [`${HEAD}extra: 1\nresources:\n${rule("[a]")}`, 'unknown field "extra"'],
      [`${HEAD}kind: Again\nresources:\n${rule("[a]")}`, 'line 3: key "kind" already set in map'],
    ] as const) {
      expect(() => EncryptionConfiguration.parse(text)).toThrow(told);
    }
  });
});
