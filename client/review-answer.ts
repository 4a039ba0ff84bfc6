import { Float, isJsonObject, type JsonObject, type JsonValue } from "../apimachinery/json/value.ts";
import { WebhookError } from "./webhook-error.ts";

/** The groups of kinds that webhooks are asked with. */
type ApiVersion = `${string}/${string}`;

/**
 * A part of a review that a webhook has answered with, its members read as Go reads them: what is missing or null is empty, and what is of another
 * type makes the answer none. Every method throws a WebhookError for the latter.
 */
export class ReviewAnswer {
  readonly #kind: string;
  readonly #path: string;
  readonly #members: JsonObject;

  private constructor(kind: string, path: string, members: JsonObject) {
    this.#kind = kind;
    this.#path = path;
    this.#members = members;
  }

  /** The status of a review; one of another kind or version is no answer. @param type the status', in Go */
  static statusOf(answer: JsonObject, kind: string, apiVersion: ApiVersion): ReviewAnswer {
    const { kind: given = kind, apiVersion: version = apiVersion } = answer;
    if (given === "Status" && typeof answer.message === "string") throw new WebhookError(answer.message);
    if (given !== kind || version !== apiVersion) {
      throw new WebhookError(`${JSON.stringify(given)} of ${JSON.stringify(version)} is no ${kind} of "${apiVersion}"`);
    }
    return new ReviewAnswer(kind, "", answer).part("status", `v1.${kind}Status`);
  }

  boolean(name: string): boolean {
    const value = this.#members[name] ?? false;
    return typeof value === "boolean" ? value : this.#misfit(name, value, "bool");
  }

  text(name: string): string {
    const value = this.#members[name] ?? "";
    return typeof value === "string" ? value : this.#misfit(name, value, "string");
  }

  texts(name: string): readonly string[] {
    const value = this.#members[name] ?? [];
    if (!Array.isArray(value)) return this.#misfit(name, value, "[]string");
    return value.map((item) => {
      if (item === null) return "";
      return typeof item === "string" ? item : this.#misfit(name, item, "string");
    });
  }

  /** Lists of texts by their keys. */
  textLists(name: string): Readonly<Record<string, readonly string[]>> {
    const lists = this.part(name, `map[string]v1.ExtraValue`);
    return Object.fromEntries(Object.keys(lists.#members).map((key) => [key, lists.texts(key)]));
  }

  /** @param type what it is in Go */
  part(name: string, type: string): ReviewAnswer {
    const value = this.#members[name] ?? {};
    if (!isJsonObject(value)) return this.#misfit(name, value, type);
    return new ReviewAnswer(this.#kind, this.#pathOf(name), value);
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  #misfit(name: string, value: JsonValue, type: string): never {
    throw new WebhookError(
      `json: cannot unmarshal ${goType(value)} into Go struct field ${this.#kind}.${this.#pathOf(name)} of type ${type}`,
    );
  }
}

function goType(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" || value instanceof Float ? "number" : typeof value;
}
