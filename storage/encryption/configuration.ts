import { ConfigurationError, parseConfiguration } from "../../apimachinery/configuration/parse.ts";
import type { GroupResource } from "../../apimachinery/object.ts";
import { CIPHERS, type CipherName } from "./ciphers.ts";
import { type NamedKey, PLAIN, type Provider, Transformer } from "./transformer.ts";

/** Which resources are encrypted, and how: the rules of an EncryptionConfiguration. */
export class EncryptionConfiguration {
  /** By `secrets`, `networks.networking.datumapis.com`, `*.` (the core group), `*.apps`, `*.*`. */
  readonly #transformers: ReadonlyMap<string, Transformer>;

  private constructor(transformers: ReadonlyMap<string, Transformer>) {
    this.#transformers = transformers;
  }

  /**
   * Reads the text of a file, YAML or JSON (k8s.io/apiserver, pkg/apis/apiserver/v1/types_encryption.go, and the rules of its validation).
   * @throws ConfigurationError
   */
  static parse(text: string): EncryptionConfiguration {
    const { resources: rules } = parseConfiguration<{ readonly resources: readonly Rule[] }>(text, SCHEMA);
    const mistakes: string[] = [];
    const providers = new Map<string, Provider[]>();
    for (const [index, rule] of rules.entries()) {
      const place = `resources[${index}]`;
      const own = rule.providers.map((provider, at) => readProvider(provider, `${place}.providers[${at}]`, mistakes));
      for (const [at, name] of rule.resources.entries()) {
        const mistake = checkName(name, rule.resources, at) ?? masked(name, providers);
        if (mistake !== undefined) mistakes.push(`${place}.resources[${at}]: ${JSON.stringify(name)} ${mistake}`);
      }
      // rules that name the same resource add up
      for (const name of rule.resources) providers.set(canonical(name), [...(providers.get(canonical(name)) ?? []), ...own]);
    }
    if (mistakes.length > 0) throw new ConfigurationError(mistakes);
    return new EncryptionConfiguration(new Map([...providers].map(([name, list]) => [name, new Transformer(list)])));
  }

  /** How a resource's values are stored: by the rule that names it, else its group, else everything; in clear where there is none. */
  transformer({ group, resource }: GroupResource): Transformer {
    return this.#transformers.get(`${resource}.${group}`) ?? this.#transformers.get(`*.${group}`) ?? this.#transformers.get("*.*") ?? PLAIN;
  }
}

/** `secrets` is `secrets.` of the core group. */
const canonical = (name: string) => (name.includes(".") ? name : `${name}.`);

const groupOf = (name: string) => name.slice(name.indexOf(".") + 1);

/** What is wrong with the name of a resource among those of its rule. */
function checkName(name: string, names: readonly string[], at: number): string | undefined {
  if (name === "" || name === "*") return "is not a resource: '*.' stands for all of the core group, '*.*' for everything";
  if (name !== name.toLowerCase()) return "must not contain capital letters";
  if (name.startsWith("*.") ? false : name.includes("*")) return "can stand for a whole group only, as '*.group', or everything, as '*.*'";
  if (groupOf(name) === "events.k8s.io" && name.includes(".")) return "is stored as 'events' of the core group: name that instead";
  if (names.indexOf(name) !== at) return "is named twice";
  const others = names.filter((other) => other !== name).map(canonical);
  if (others.includes("*.*") || (name !== "*.*" && others.includes(`*.${groupOf(canonical(name))}`))) {
    return "is part of another name of the same rule";
  }
  return undefined;
}

/** A rule has no effect where an earlier one speaks of the whole group, or of everything. */
function masked(name: string, earlier: ReadonlyMap<string, unknown>): string | undefined {
  const by = [`*.${groupOf(canonical(name))}`, "*.*"].find((wide) => wide !== name && earlier.has(wide));
  return by === undefined ? undefined : `is masked by the earlier rule for ${JSON.stringify(by)}`;
}

function readProvider(provider: ProviderConfiguration, place: string, mistakes: string[]): Provider {
  const [name] = Object.keys(provider) as [CipherName | "identity"];
  if (name === "identity") return { identity: true };
  const keys: NamedKey[] = provider[name]!.keys.map((key, index) => {
    const secret = Buffer.from(key.secret, "base64");
    const lengths: readonly number[] = CIPHERS[name].keyLengths;
    const where = `${place}.${name}.keys[${index}].secret`;
    if (!isBase64(key.secret)) mistakes.push(`${where}: must be base64`);
    else if (!lengths.includes(secret.length)) mistakes.push(`${where}: is ${secret.length} bytes long, must be ${lengths.join(" or ")}`);
    return { name: key.name, secret };
  });
  return { cipher: name, keys };
}

const isBase64 = (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

interface Rule {
  readonly resources: readonly string[];
  readonly providers: readonly ProviderConfiguration[];
}

type ProviderConfiguration = {
  readonly [name in CipherName]?: { readonly keys: readonly { readonly name: string; readonly secret: string }[] };
} & { readonly identity?: object };

const KEYS = {
  type: "object",
  additionalProperties: false,
  required: ["keys"],
  properties: {
    keys: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "secret"],
        // a colon ends the name where the value is stored
        properties: { name: { type: "string", minLength: 1, pattern: "^[^:]*$" }, secret: { type: "string", minLength: 1 } },
      },
    },
  },
};

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["apiVersion", "kind", "resources"],
  properties: {
    apiVersion: { enum: ["apiserver.config.k8s.io/v1"] },
    kind: { enum: ["EncryptionConfiguration"] },
    resources: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["resources", "providers"],
        properties: {
          resources: { type: "array", minItems: 1, items: { type: "string" } },
          providers: {
            type: "array",
            minItems: 1,
            items: {
              type: "object",
              additionalProperties: false,
              minProperties: 1,
              maxProperties: 1,
              properties: { aescbc: KEYS, aesgcm: KEYS, secretbox: KEYS, identity: { type: "object", maxProperties: 0 } },
            },
          },
        },
      },
    },
  },
};
