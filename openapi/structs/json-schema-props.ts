import { type Field, ListType, MapType, RawType, StructType } from "./containers.ts";
import type { GoType, Input } from "./go-type.ts";
import { BoolType, FloatType, IntType, StringType } from "./scalars.ts";

/**
 * The Go type of the schemas in CustomResourceDefinitions, which contains itself (apiextensions, v1.JSONSchemaProps). Schemas for a schema would
 * have to go in circles, so it is made here.
 */
export const jsonSchemaProps: StructType = new StructType("v1.JSONSchemaProps", "JSONSchemaProps", () => FIELDS);

const text = new StringType();
const whole = new IntType(64);
const fraction = new FloatType();
const flag = new BoolType();
const json = new RawType("v1.JSON");
const texts = new ListType(text);
const schemas = new ListType(jsonSchemaProps);
const namedSchemas = new MapType(jsonSchemaProps);

const plain = (name: string, type: GoType): Field => ({ name, type, pointer: false, zero: undefined });
const pointer = (name: string, type: GoType): Field => ({ name, type, pointer: true, zero: undefined });

/**
 * A schema or something else: the Go type decodes itself, and what is unknown inside is dropped without a word.
 */
class SchemaOr implements GoType {
  readonly name: string;
  readonly kind = "struct";
  /** What else it may be, by JSON's word for it. */
  readonly #others: Readonly<Record<string, GoType>>;
  readonly #complaint: string | undefined;

  constructor(name: string, others: Readonly<Record<string, GoType>>, complaint?: string) {
    this.name = name;
    this.#others = others;
    this.#complaint = complaint;
  }

  read(input: Input, previous: unknown): unknown {
    const { reader } = input;
    if (input.skipNull()) return previous;
    const kind = reader.kind();
    const type = kind === "object" ? jsonSchemaProps : this.#others[kind];
    if (type !== undefined) return input.quietly(() => type.read(input, undefined));
    if (this.#complaint !== undefined) reader.fail(this.#complaint);
    reader.skipValue();
    return undefined;
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return null;
  }
}

const schemaOrBool = new SchemaOr("v1.JSONSchemaPropsOrBool", { bool: flag }, "boolean or JSON schema expected");
const schemaOrList = new SchemaOr("v1.JSONSchemaPropsOrArray", { array: schemas });
const schemaOrTexts = new SchemaOr("v1.JSONSchemaPropsOrStringArray", { array: texts });

const externalDocs = new StructType("v1.ExternalDocumentation", "ExternalDocumentation", () => [
  plain("description", text),
  plain("url", text),
]);

const rule = new StructType("v1.ValidationRule", "ValidationRule", () => [
  { name: "rule", type: text, pointer: false, zero: "" },
  plain("message", text),
  plain("messageExpression", text),
  pointer("reason", new StringType("v1.FieldValueErrorReason")),
  plain("fieldPath", text),
  pointer("optionalOldSelf", flag),
]);

const FIELDS: readonly Field[] = [
  plain("id", text),
  plain("$schema", new StringType("v1.JSONSchemaURL")),
  pointer("$ref", text),
  plain("description", text),
  plain("type", text),
  plain("format", text),
  plain("title", text),
  pointer("default", json),
  pointer("maximum", fraction),
  plain("exclusiveMaximum", flag),
  pointer("minimum", fraction),
  plain("exclusiveMinimum", flag),
  pointer("maxLength", whole),
  pointer("minLength", whole),
  plain("pattern", text),
  pointer("maxItems", whole),
  pointer("minItems", whole),
  plain("uniqueItems", flag),
  pointer("multipleOf", fraction),
  plain("enum", new ListType(json)),
  pointer("maxProperties", whole),
  pointer("minProperties", whole),
  plain("required", texts),
  pointer("items", schemaOrList),
  plain("allOf", schemas),
  plain("oneOf", schemas),
  plain("anyOf", schemas),
  pointer("not", jsonSchemaProps),
  plain("properties", namedSchemas),
  pointer("additionalProperties", schemaOrBool),
  plain("patternProperties", namedSchemas),
  plain("dependencies", new MapType(schemaOrTexts)),
  pointer("additionalItems", schemaOrBool),
  plain("definitions", namedSchemas),
  pointer("externalDocs", externalDocs),
  pointer("example", json),
  plain("nullable", flag),
  pointer("x-kubernetes-preserve-unknown-fields", flag),
  plain("x-kubernetes-embedded-resource", flag),
  plain("x-kubernetes-int-or-string", flag),
  plain("x-kubernetes-list-map-keys", texts),
  pointer("x-kubernetes-list-type", text),
  pointer("x-kubernetes-map-type", text),
  plain("x-kubernetes-validations", new ListType(rule)),
];
