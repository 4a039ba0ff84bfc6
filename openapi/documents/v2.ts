import { createHash } from "node:crypto";
import type { Definitions } from "./definitions.ts";
import { gvkOf } from "./names.ts";
import type { Address, Operation } from "./operations.ts";
import type { Parameter } from "./parameters.ts";
import { ownParameters, sharedParameters } from "./path-parameters.ts";
import type { Part } from "./schemas.ts";

/** Parameters that stay in their operation: older versions of kubectl look for them there. */
const NEVER_SHARED: ReadonlySet<string> = new Set(["name", "dryRun", "fieldValidation"]);

/** Writes addresses for a swagger document, and gathers the parameters that they share. */
export class V2Paths {
  readonly #definitions: Definitions;
  readonly #names = new Map<string, string>();
  /** The shared parameters by their names in the document. */
  readonly parameters: Part = {};

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  pathItem({ operations }: Address): Part {
    const shared = sharedParameters(operations);
    const item: Part = {};
    for (const operation of operations) item[operation.method] = this.#operation(operation, shared);
    if (shared.length > 0) item.parameters = shared.map((parameter) => this.#parameter(parameter));
    return item;
  }

  #operation(operation: Operation, shared: readonly Parameter[]): Part {
    const { id, tag, description, action, gvk, consumes, produces, answers, body } = operation;
    const parameters = ownParameters(operation, shared).map((parameter) => this.#parameter(parameter));
    if (body !== undefined) parameters.unshift(this.#body(body));
    return {
      description,
      operationId: id,
      tags: [tag],
      schemes: ["https"],
      consumes,
      produces,
      ...(parameters.length > 0 ? { parameters } : {}),
      responses: {
        ...Object.fromEntries(
          answers.map(({ code, definition }) => [code, { description: ANSWERS[code], schema: this.#definitions.reference(definition) }]),
        ),
        401: { description: ANSWERS[401] },
      },
      ...(action === undefined ? {} : { "x-kubernetes-action": action }),
      ...(gvk === undefined ? {} : { "x-kubernetes-group-version-kind": gvkOf(gvk) }),
    };
  }

  #body({ definition, required }: NonNullable<Operation["body"]>): Part {
    return { name: "body", in: "body", ...(required ? { required } : {}), schema: this.#definitions.reference(definition) };
  }

  #parameter({ name, in: place, type, description }: Parameter): Part {
    const part = { name, in: place, ...(place === "path" ? { required: true } : {}), type, uniqueItems: true, description };
    if (NEVER_SHARED.has(name)) return part;
    const text = JSON.stringify(part);
    let shared = this.#names.get(text);
    if (shared === undefined) {
      shared = `${name}-${createHash("sha256").update(text).digest("base64url").slice(0, 8)}`;
      this.#names.set(text, shared);
      this.parameters[shared] = part;
    }
    return { $ref: `#/parameters/${shared}` };
  }
}

/** What each code means, in one word. */
export const ANSWERS: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted", 401: "Unauthorized" };
