import type { oas30 } from "openapi3-ts";
import type { Definitions } from "./definitions.ts";
import { gvkOf } from "./names.ts";
import type { Address, Operation } from "./operations.ts";
import type { Parameter } from "./parameters.ts";
import { ownParameters, sharedParameters } from "./path-parameters.ts";
import { ANSWERS } from "./v2.ts";

/** Writes an address for a document of OpenAPI v3. */
export function pathItem({ operations }: Address, definitions: Definitions): oas30.PathItemObject {
  const shared = sharedParameters(operations);
  const item: oas30.PathItemObject = {};
  for (const operation of operations) item[operation.method] = writeOperation(operation, shared, definitions);
  if (shared.length > 0) item.parameters = shared.map(writeParameter);
  return item;
}

function writeOperation(operation: Operation, shared: readonly Parameter[], definitions: Definitions): oas30.OperationObject {
  const { id, tag, description, action, gvk, consumes, produces, answers, body } = operation;
  const parameters = ownParameters(operation, shared).map(writeParameter);
  const content = (types: readonly string[], definition: string): oas30.ContentObject => {
    const schema = definitions.reference(definition) as unknown as oas30.ReferenceObject;
    return Object.fromEntries(types.map((type) => [type, { schema }]));
  };
  const responses: oas30.ResponsesObject = {};
  for (const { code, definition } of answers)
    responses[code] = { description: ANSWERS[code] ?? "", content: content(produces, definition) };
  responses[401] = { description: ANSWERS[401] ?? "" };
  return {
    tags: [tag],
    description,
    operationId: id,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined
      ? {}
      : { requestBody: { content: content(consumes, body.definition), ...(body.required ? { required: true } : {}) } }),
    responses,
    ...(action === undefined ? {} : { "x-kubernetes-action": action }),
    ...(gvk === undefined ? {} : { "x-kubernetes-group-version-kind": gvkOf(gvk) }),
  };
}

function writeParameter({ name, in: place, type, description }: Parameter): oas30.ParameterObject {
  return { name, in: place, description, ...(place === "path" ? { required: true } : {}), schema: { type, uniqueItems: true } };
}
