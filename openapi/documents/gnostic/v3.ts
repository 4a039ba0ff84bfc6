import type { Part } from "../schemas.ts";
import type { Kind, Message } from "./message.ts";

/** The messages of openapi.v3 that a document of this server has, by their members in JSON. */

const REFERENCE: Message = { fields: { $ref: [1, "string"] } };

/** …OrReference: the thing itself in field 1, a reference in field 2. */
const orReference = (kind: Kind): Kind => ({ choose: (value) => ((value as Part).$ref === undefined ? [1, kind] : [2, REFERENCE]) });

/** Scalars only; any other default is left empty, as gnostic leaves it. */
const DEFAULT: Kind = {
  choose: (value) => {
    if (typeof value === "number" || typeof value === "bigint") return [1, "double"];
    if (typeof value === "boolean") return [2, "bool"];
    return typeof value === "string" ? [3, "string"] : undefined;
  },
};

const SCHEMA_OR_REFERENCE: Kind = { choose: (value) => ((value as Part).$ref === undefined ? [1, SCHEMA] : [2, REFERENCE]) };
const SCHEMAS: Kind = { list: SCHEMA_OR_REFERENCE };

const SCHEMA: Message = {
  fields: {
    nullable: [1, "bool"],
    title: [9, "string"],
    multipleOf: [10, "double"],
    maximum: [11, "double"],
    exclusiveMaximum: [12, "bool"],
    minimum: [13, "double"],
    exclusiveMinimum: [14, "bool"],
    maxLength: [15, "int64"],
    minLength: [16, "int64"],
    pattern: [17, "string"],
    maxItems: [18, "int64"],
    minItems: [19, "int64"],
    uniqueItems: [20, "bool"],
    maxProperties: [21, "int64"],
    minProperties: [22, "int64"],
    required: [23, { list: "string" }],
    enum: [24, { list: "any" }],
    type: [25, "string"],
    allOf: [26, SCHEMAS],
    oneOf: [27, SCHEMAS],
    anyOf: [28, SCHEMAS],
    get not(): readonly [number, Kind] {
      return [29, SCHEMA];
    },
    items: [30, { choose: () => [1, SCHEMA_OR_REFERENCE] }],
    properties: [31, { named: SCHEMA_OR_REFERENCE, at: 1 }],
    additionalProperties: [32, { choose: (value) => (typeof value === "boolean" ? [2, "bool"] : [1, SCHEMA_OR_REFERENCE]) }],
    default: [33, DEFAULT],
    description: [34, "string"],
    format: [35, "string"],
  },
  extensions: 36,
};

const CONTENT: Kind = { named: { fields: { schema: [1, SCHEMA_OR_REFERENCE] } }, at: 1 };

const PARAMETERS: Kind = {
  list: orReference({
    fields: {
      name: [1, "string"],
      in: [2, "string"],
      description: [3, "string"],
      required: [4, "bool"],
      schema: [10, SCHEMA_OR_REFERENCE],
    },
  }),
};

const OPERATION: Message = {
  fields: {
    tags: [1, { list: "string" }],
    description: [3, "string"],
    operationId: [5, "string"],
    parameters: [6, PARAMETERS],
    requestBody: [7, orReference({ fields: { content: [2, CONTENT], required: [3, "bool"] } })],
    responses: [8, { named: orReference({ fields: { description: [1, "string"], content: [3, CONTENT] } }), at: 2 }],
  },
  extensions: 13,
};

const PATH_ITEM: Message = {
  fields: {
    get: [4, OPERATION],
    put: [5, OPERATION],
    post: [6, OPERATION],
    delete: [7, OPERATION],
    patch: [10, OPERATION],
    parameters: [13, PARAMETERS],
  },
  extensions: 14,
};

/** The members of a document that are no sections. */
export const DOCUMENT: Message = {
  fields: { openapi: [1, "string"], info: [2, { fields: { title: [1, "string"], version: [6, "string"] } }] },
};

const SECURITY_SCHEME: Message = {
  fields: { type: [1, "string"], description: [2, "string"], name: [3, "string"], in: [4, "string"] },
};

/** The members of `components` that are no schemas. */
export const COMPONENTS: Message = { fields: { securitySchemes: [7, { named: orReference(SECURITY_SCHEME), at: 1 }] } };

/** Where the sections stand: `paths` in the document, the schemas in field 1 of its field 5, `components`. */
export const PATHS = { field: 4, entry: 1, kind: PATH_ITEM } as const;
export const SCHEMAS_OF_COMPONENTS = { components: 5, field: 1, entry: 1, kind: SCHEMA_OR_REFERENCE } as const;
