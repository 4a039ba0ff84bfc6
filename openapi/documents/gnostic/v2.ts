import type { Part } from "../schemas.ts";
import type { Kind, Message } from "./message.ts";

/** The messages of openapi.v2 that a swagger document of this server has, by their members in JSON. */

const isReference = (value: unknown): boolean => (value as Part).$ref !== undefined;

const JSON_REFERENCE: Message = { fields: { $ref: [1, "string"], description: [2, "string"] } };

export const SCHEMA: Message = {
  fields: {
    $ref: [1, "string"],
    format: [2, "string"],
    title: [3, "string"],
    description: [4, "string"],
    default: [5, "any"],
    multipleOf: [6, "double"],
    maximum: [7, "double"],
    exclusiveMaximum: [8, "bool"],
    minimum: [9, "double"],
    exclusiveMinimum: [10, "bool"],
    maxLength: [11, "int64"],
    minLength: [12, "int64"],
    pattern: [13, "string"],
    maxItems: [14, "int64"],
    minItems: [15, "int64"],
    uniqueItems: [16, "bool"],
    maxProperties: [17, "int64"],
    minProperties: [18, "int64"],
    required: [19, { list: "string" }],
    enum: [20, { list: "any" }],
    additionalProperties: [21, { choose: (value) => (typeof value === "boolean" ? [2, "bool"] : [1, SCHEMA]) }],
    type: [22, { choose: () => [1, "string"] }],
    items: [23, { choose: () => [1, SCHEMA] }],
    get properties(): readonly [number, Kind] {
      return [25, { named: SCHEMA, at: 1 }];
    },
  },
  extensions: 31,
};

const BODY_PARAMETER: Message = {
  fields: { description: [1, "string"], name: [2, "string"], in: [3, "string"], required: [4, "bool"], schema: [5, SCHEMA] },
  extensions: 6,
};

const QUERY_PARAMETER: Message = {
  fields: {
    required: [1, "bool"],
    in: [2, "string"],
    description: [3, "string"],
    name: [4, "string"],
    type: [6, "string"],
    uniqueItems: [20, "bool"],
  },
  extensions: 23,
};

const PATH_PARAMETER: Message = {
  fields: {
    required: [1, "bool"],
    in: [2, "string"],
    description: [3, "string"],
    name: [4, "string"],
    type: [5, "string"],
    uniqueItems: [19, "bool"],
  },
  extensions: 22,
};

const NON_BODY_PARAMETER: Kind = {
  choose: (value) => ((value as Part).in === "path" ? [4, PATH_PARAMETER] : [3, QUERY_PARAMETER]),
};

export const PARAMETER: Kind = {
  choose: (value) => ((value as Part).in === "body" ? [1, BODY_PARAMETER] : [2, NON_BODY_PARAMETER]),
};

const PARAMETERS: Kind = { list: { choose: (value) => (isReference(value) ? [2, JSON_REFERENCE] : [1, PARAMETER]) } };

const RESPONSE: Message = {
  fields: { description: [1, "string"], schema: [2, { choose: () => [1, SCHEMA] }] },
  extensions: 5,
};

const OPERATION: Message = {
  fields: {
    tags: [1, { list: "string" }],
    description: [3, "string"],
    operationId: [5, "string"],
    produces: [6, { list: "string" }],
    consumes: [7, { list: "string" }],
    parameters: [8, PARAMETERS],
    responses: [9, { named: { choose: () => [1, RESPONSE] }, at: 1 }],
    schemes: [10, { list: "string" }],
  },
  extensions: 13,
};

export const PATH_ITEM: Message = {
  fields: {
    get: [2, OPERATION],
    put: [3, OPERATION],
    post: [4, OPERATION],
    delete: [5, OPERATION],
    patch: [8, OPERATION],
    parameters: [9, PARAMETERS],
  },
  extensions: 10,
};

const INFO: Message = { fields: { title: [1, "string"], version: [2, "string"] } };

const API_KEY: Message = { fields: { type: [1, "string"], name: [2, "string"], in: [3, "string"], description: [4, "string"] } };

/** The members of a document that are no sections. */
export const DOCUMENT: Message = {
  fields: {
    swagger: [1, "string"],
    info: [2, INFO],
    security: [12, { list: { named: { choose: () => [1, { list: "string" }] }, at: 1 } }],
    securityDefinitions: [13, { named: { choose: () => [2, API_KEY] }, at: 1 }],
  },
};

/** Where the sections stand: the field of the document, and the field and message of an entry inside. */
export const SECTIONS = {
  paths: { field: 8, entry: 2, kind: PATH_ITEM },
  definitions: { field: 9, entry: 1, kind: SCHEMA },
  parameters: { field: 10, entry: 1, kind: PARAMETER },
} as const;
