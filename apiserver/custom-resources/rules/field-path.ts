import { isJsonObject, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";
import type { JsonSchema } from "./json-schema.ts";

/** A path that leads nowhere. The message says why. */
export class InvalidPath extends Error {}

export interface Found {
  readonly schema: JsonValue | undefined;
  /** The names on the way. */
  readonly names: readonly string[];
}

const NOWHERE = "does not refer to a valid field";

/**
 * Follows a path such as `.spec.deep['a.b']` into a schema (apiextensions-apiserver, pkg/apiserver/schema/cel, ValidFieldPath). Names of members
 * and keys of maps may stand in brackets, unless `lists` is false.
 * @throws InvalidPath
 */
export function schemaAt(path: string, root: JsonSchema, { lists = true } = {}): Found {
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
  const names: string[] = [];
  let schema: JsonValue | undefined = root;
  let at = 0;
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new InvalidPath("unexpected end of JSON path");
    return token;
  };
  while (at < tokens.length) {
    const token = next();
    if (token === "[") {
      if (!lists) throw new InvalidPath("array notation is not allowed");
      const quoted = next();
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) throw new InvalidPath(`expected single quoted string but got ${quoted}`);
      const name = quoted.slice(1, -1).replace(/\\(.)/gs, "$1");
      schema = below(schema, name);
      names.push(name);
      const close = next();
      if (close !== "]") throw new InvalidPath(`expected ] but got ${close}`);
    } else if (token === ".") {
      const name = next();
      schema = below(schema, name);
      names.push(name);
    } else throw new InvalidPath(`expected [ or . but got: ${token}`);
  }
  return { schema, names };
}

/** The schema of a member, or of the values of a map. */
function below(schema: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isJsonObject(schema as JsonValue)) throw new InvalidPath(NOWHERE);
  const { properties, additionalProperties } = schema as JsonObject;
  if (isJsonObject(properties as JsonValue) && Object.keys(properties as JsonObject).length > 0) {
    if (!Object.hasOwn(properties as JsonObject, name)) throw new InvalidPath(NOWHERE);
    return (properties as JsonObject)[name];
  }
  if (additionalProperties === undefined) throw new InvalidPath(NOWHERE);
  return additionalProperties;
}
