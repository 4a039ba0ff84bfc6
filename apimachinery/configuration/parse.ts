import { Ajv, type ErrorObject } from "ajv";
import { DecodeError } from "../json/decode-error.ts";
import { parseYaml } from "../yaml/to-json.ts";

/** A file that is no usable configuration. The message names the place and the rule of each mistake. */
export class ConfigurationError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("; "));
    this.name = "ConfigurationError";
  }
}

/**
 * Reads the text of a configuration file, YAML or JSON, that fits a JSON schema.
 * @throws ConfigurationError
 */
export function parseConfiguration<T>(text: string, schema: object): T {
  let document: unknown;
  try {
    const { value, doubledKeys } = parseYaml(text);
    if (doubledKeys.length > 0) throw new ConfigurationError(doubledKeys);
    document = value;
  } catch (error) {
    if (error instanceof DecodeError) throw new ConfigurationError([error.message]);
    throw error;
  }
  const validate = new Ajv({ allErrors: true, strict: true }).compile<T>(schema);
  if (!validate(document)) throw new ConfigurationError((validate.errors ?? []).map(mistakeOf));
  return document;
}

/** `/resources/0/providers` of JSON pointers as `resources[0].providers`. */
function mistakeOf({ instancePath, keyword, params, message }: ErrorObject): string {
  const place = instancePath
    .replace(/\/(\d+)/g, "[$1]")
    .replace(/\//g, ".")
    .replace(/^\./, "");
  const text =
    keyword === "additionalProperties"
      ? `unknown field ${JSON.stringify(params.additionalProperty)}`
      : keyword === "enum"
        ? `must be ${(params.allowedValues as string[]).join(" or ")}`
        : message;
  return place === "" ? `${text}` : `${place}: ${text}`;
}
