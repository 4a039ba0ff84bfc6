import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { type Draft, writeProtobuf } from "../forms.ts";
import type { Piece } from "../pieces.ts";
import type { Part } from "../schemas.ts";

/** The messages that are looked at here, by the numbers that gnostic's clients read them by. */
const V2 = `syntax = "proto3";
message Any { string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message Strings { repeated string value = 1; }
message AdditionalProperties { oneof is { Schema schema = 1; bool boolean = 2; } }
message Items { repeated Schema schema = 1; }
message NamedSchema { string name = 1; Schema value = 2; }
message Schemas { repeated NamedSchema additional_properties = 1; }
message Schema {
  string ref = 1; string format = 2; string description = 4; double maximum = 7; int64 max_length = 11;
  repeated string required = 19; repeated Any enum = 20; AdditionalProperties additional_properties = 21; Strings type = 22; Items items = 23;
  Schemas properties = 25; repeated NamedAny vendor_extension = 31;
}
message Body { string name = 2; bool required = 4; Schema schema = 5; }
message Query { string in = 2; string name = 4; string type = 6; bool unique_items = 20; }
message Path { bool required = 1; string in = 2; string name = 4; string type = 5; bool unique_items = 19; }
message NonBody { oneof is { Query query = 3; Path path = 4; } }
message Parameter { oneof is { Body body = 1; NonBody non_body = 2; } }
message Reference { string ref = 1; }
message ParameterOrReference { oneof is { Parameter parameter = 1; Reference reference = 2; } }
message SchemaItem { Schema schema = 1; }
message Response { string description = 1; SchemaItem schema = 2; }
message ResponseValue { Response response = 1; }
message NamedResponse { string name = 1; ResponseValue value = 2; }
message Responses { repeated NamedResponse response_code = 1; }
message Operation {
  repeated string tags = 1; string operation_id = 5; repeated string consumes = 7; repeated ParameterOrReference parameters = 8;
  Responses responses = 9; repeated NamedAny vendor_extension = 13;
}
message PathItem { Operation patch = 8; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message Paths { repeated NamedPathItem path = 2; }
message Info { string title = 1; string version = 2; }
message NamedStrings { string name = 1; Strings value = 2; }
message Requirement { repeated NamedStrings additional_properties = 1; }
message Document { string swagger = 1; Info info = 2; Paths paths = 8; Schemas definitions = 9; repeated Requirement security = 12; }`;

const V3 = `syntax = "proto3";
message Default { oneof is { double number = 1; bool boolean = 2; string string = 3; } }
message Reference { string ref = 1; }
message SchemaOrReference { oneof is { Schema schema = 1; Reference reference = 2; } }
message Named { string name = 1; SchemaOrReference value = 2; }
message Properties { repeated Named additional_properties = 1; }
message Items { repeated SchemaOrReference schema_or_reference = 1; }
message Schema {
  bool nullable = 1; string type = 25; repeated SchemaOrReference all_of = 26; Schema not = 29; Items items = 30; Properties properties = 31;
  Default default = 33; string description = 34;
}
message MediaType { SchemaOrReference schema = 1; }
message NamedMediaType { string name = 1; MediaType value = 2; }
message Content { repeated NamedMediaType additional_properties = 1; }
message RequestBody { Content content = 2; bool required = 3; }
message RequestBodyOrReference { RequestBody request_body = 1; }
message Parameter { string name = 1; string in = 2; bool required = 4; SchemaOrReference schema = 10; }
message ParameterOrReference { Parameter parameter = 1; }
message Response { string description = 1; Content content = 3; }
message ResponseOrReference { Response response = 1; }
message NamedResponse { string name = 1; ResponseOrReference value = 2; }
message Responses { repeated NamedResponse response_or_reference = 2; }
message Operation { string operation_id = 5; repeated ParameterOrReference parameters = 6; RequestBodyOrReference request_body = 7; Responses responses = 8; }
message PathItem { Operation put = 5; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message Paths { repeated NamedPathItem path = 1; }
message Info { string title = 1; string version = 6; }
message Components { Properties schemas = 1; }
message Document { string openapi = 1; Info info = 2; Paths paths = 4; Components components = 5; }`;

async function decoded(draft: Omit<Draft, "title" | "version" | "security" | "pieces">, schema: string, pieces: Piece[]): Promise<Part> {
  const document = protobuf.parse(schema, { keepCase: true }).root.lookupType("Document");
  const bytes = await writeProtobuf({ ...draft, title: "T", version: "v", security: true, pieces: () => pieces });
  return document.toObject(document.decode(bytes), { longs: Number }) as Part;
}

test("a swagger document reads as openapi.v2.Document", async () => {
  const schema = {
    description: "d",
    type: "object",
    required: ["a"],
    properties: { a: { $ref: "#/definitions/B" }, l: { type: "array", items: { type: "string", maxLength: 3, enum: ["x"] } } },
    additionalProperties: false,
    maximum: 0.5,
    "x-kubernetes-list-type": "set",
  };
  const operation = {
    tags: ["t"],
    operationId: "patchX",
    consumes: ["application/json"],
    parameters: [
      { name: "body", in: "body", required: true, schema: { $ref: "#/definitions/P" } },
      { $ref: "#/parameters/p" },
      { name: "q", in: "query", type: "string", uniqueItems: true },
      { name: "name", in: "path", required: true, type: "string", uniqueItems: true },
    ],
    responses: { 200: { description: "OK", schema: { $ref: "#/definitions/X" } }, 401: { description: "Unauthorized" } },
    "x-kubernetes-group-version-kind": { group: "", kind: "X", version: "v1" },
  };
  const document = await decoded({ openapi: "2.0" }, V2, [
    { section: "definitions", name: "X", value: schema },
    { section: "paths", name: "/x", value: { patch: operation } },
  ]);
  expect(document).toMatchObject({
    swagger: "2.0",
    info: { title: "T", version: "v" },
    security: [{ additional_properties: [{ name: "BearerToken" }] }],
  });
  expect(document.definitions).toEqual({
    additional_properties: [
      {
        name: "X",
        value: {
          description: "d",
          type: { value: ["object"] },
          required: ["a"],
          properties: {
            additional_properties: [
              { name: "a", value: { ref: "#/definitions/B" } },
              {
                name: "l",
                value: {
                  type: { value: ["array"] },
                  items: { schema: [{ type: { value: ["string"] }, max_length: 3, enum: [{ yaml: '"x"\n' }] }] },
                },
              },
            ],
          },
          additional_properties: { boolean: false },
          maximum: 0.5,
          vendor_extension: [{ name: "x-kubernetes-list-type", value: { yaml: '"set"\n' } }],
        },
      },
    ],
  });
  const [item] = (document.paths as { path: { value: { patch: Part } }[] }).path;
  expect(item?.value.patch).toEqual({
    tags: ["t"],
    operation_id: "patchX",
    consumes: ["application/json"],
    parameters: [
      { parameter: { body: { name: "body", required: true, schema: { ref: "#/definitions/P" } } } },
      { reference: { ref: "#/parameters/p" } },
      { parameter: { non_body: { query: { in: "query", name: "q", type: "string", unique_items: true } } } },
      { parameter: { non_body: { path: { required: true, in: "path", name: "name", type: "string", unique_items: true } } } },
    ],
    responses: {
      response_code: [
        { name: "200", value: { response: { description: "OK", schema: { schema: { ref: "#/definitions/X" } } } } },
        { name: "401", value: { response: { description: "Unauthorized" } } },
      ],
    },
    vendor_extension: [{ name: "x-kubernetes-group-version-kind", value: { yaml: '{"group":"","kind":"X","version":"v1"}\n' } }],
  });
});

test("a document of v3 reads as openapi.v3.Document", async () => {
  const reference = { $ref: "#/components/schemas/Y" };
  const schema = {
    type: "object",
    properties: {
      n: { type: "string", nullable: true, default: "" },
      r: { description: "d", default: {}, allOf: [reference] },
      l: { type: "array", items: reference, not: { type: "string" } },
    },
  };
  const put = {
    operationId: "replaceX",
    parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }],
    requestBody: { content: { "application/json": { schema: reference } }, required: true },
    responses: { 200: { description: "OK", content: { "application/json": { schema: reference } } } },
  };
  const document = await decoded({ openapi: "3.0.0" }, V3, [
    { section: "definitions", name: "X", value: schema },
    { section: "paths", name: "/x", value: { put } },
  ]);
  const read = { ref: "#/components/schemas/Y" };
  expect(document).toEqual({
    openapi: "3.0.0",
    info: { title: "T", version: "v" },
    paths: {
      path: [
        {
          name: "/x",
          value: {
            put: {
              operation_id: "replaceX",
              parameters: [{ parameter: { name: "name", in: "path", required: true, schema: { schema: { type: "string" } } } }],
              request_body: {
                request_body: {
                  content: { additional_properties: [{ name: "application/json", value: { schema: { reference: read } } }] },
                  required: true,
                },
              },
              responses: {
                response_or_reference: [
                  {
                    name: "200",
                    value: {
                      response: {
                        description: "OK",
                        content: { additional_properties: [{ name: "application/json", value: { schema: { reference: read } } }] },
                      },
                    },
                  },
                ],
              },
            },
          },
        },
      ],
    },
    components: {
      schemas: {
        additional_properties: [
          {
            name: "X",
            value: {
              schema: {
                type: "object",
                properties: {
                  additional_properties: [
                    { name: "n", value: { schema: { type: "string", nullable: true, default: { string: "" } } } },
                    { name: "r", value: { schema: { description: "d", default: {}, all_of: [{ reference: read }] } } },
                    {
                      name: "l",
                      value: { schema: { type: "array", items: { schema_or_reference: [{ reference: read }] }, not: { type: "string" } } },
                    },
                  ],
                },
              },
            },
          },
        ],
      },
    },
  });
});
