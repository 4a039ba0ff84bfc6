/**
 * What a JSON document becomes in memory.
 *
 * Numbers follow what Kubernetes' own decoder makes of them (int64 first, else float64):
 *
 * | in the document                      | in memory                                   | written again as |
 * | ------------------------------------ | ------------------------------------------- | ---------------- |
 * | `5`, `-3`, up to 2^53 - 1            | `number`, integral: an int64                | `5`              |
 * | `9007199254740993` up to 64 bits     | `bigint`: an int64                          | the same digits  |
 * | `0.25`, `1e-7`                       | `number`, fractional: a float64             | shortest form    |
 * | `5.0`, `1e18`, beyond 64 bits        | {@link Float}: a float64 without a fraction | `5`, `1e18`…     |
 */
export type JsonValue = null | boolean | number | bigint | Float | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** A float64 whose value is whole, kept apart from an integer of the same value. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  /** Lets the native `JSON.stringify` write it. */
  toJSON(): number {
    return this.value;
  }
}

export type JsonNumber = number | bigint | Float;

export const isNumber = (value: unknown): value is JsonNumber =>
  typeof value === "number" || typeof value === "bigint" || value instanceof Float;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/**
 * Sets a member as the object's own, whatever its name: plain assignment to `__proto__` would change the prototype.
 * Everything that copies members whose names come from a client goes through here.
 */
export function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}
