import { isJsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest, tooLarge } from "../../apimachinery/status/status.ts";
import { checkDepth } from "./depth.ts";
import { jsonType } from "./json-type.ts";

/** The keys of a JSON pointer (RFC 6901), escapes resolved; `[]` is the whole document. */
export type Pointer = readonly string[];

/** One step. `path` and `from` are undefined where they are missing or no text: applying it fails then. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: Pointer | undefined;
  readonly from: Pointer | undefined;
  readonly value: JsonValue | undefined;
  readonly hasValue: boolean;
}

export interface JsonPatch {
  readonly operations: readonly JsonPatchOperation[];
  /** For fieldValidation Warn and Strict: `json patch unknown field "[0].note"`. */
  readonly unknownFields: readonly string[];
}

/** A patch of more operations is refused (apiserver, pkg/endpoints/handlers/patch.go). */
const MAX_OPERATIONS = 10_000;

const MEMBERS = new Set(["op", "path", "from", "value"]);

/**
 * Reads a parsed JSON patch document. Only its shape is judged here, before it meets an object: 400 for what is no list of objects, 413
 * for too many operations. `null` is a patch of nothing. Whatever else is wrong shows when it is applied.
 *
 * `lenient` is for fieldValidation=Ignore: Kubernetes then reads the document without types, so that unknown members go unseen and a
 * number for a path is a patch that cannot be applied instead of one that cannot be read.
 */
export function parseJsonPatch(document: JsonValue, { lenient = false } = {}): JsonPatch {
  if (document === null) return { operations: [], unknownFields: [] };
  if (!Array.isArray(document))
    throw cannotRead(document, lenient ? "value of type jsonpatch.Patch" : "value of type []handlers.jsonPatchOp", lenient);
  checkDepth(document);
  const unknownFields: string[] = [];
  for (const [index, entry] of document.entries()) {
    if (entry === null) continue;
    if (!isJsonObject(entry))
      throw cannotRead(entry, lenient ? "value of type jsonpatch.Operation" : "value of type handlers.jsonPatchOp", lenient);
    if (lenient) continue;
    for (const name of Object.keys(entry)) {
      const value = entry[name] as JsonValue;
      if (!MEMBERS.has(name)) unknownFields.push(`json patch unknown field "[${index}].${name}"`);
      else if (name !== "value" && value !== null && typeof value !== "string")
        throw cannotRead(value, `struct field jsonPatchOp.${name} of type string`, lenient);
    }
  }
  if (document.length > MAX_OPERATIONS)
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${document.length}`);
  return { operations: document.map(readOperation), unknownFields };
}

function cannotRead(found: JsonValue, expected: string, lenient: boolean): Error {
  return badRequest(`${lenient ? "" : "error decoding patch: "}json: cannot unmarshal ${jsonType(found)} into Go ${expected}`);
}

function readOperation(entry: JsonValue): JsonPatchOperation {
  const member = (name: string) => (isJsonObject(entry) && Object.hasOwn(entry, name) ? entry[name] : undefined);
  const op = member("op");
  const value = member("value");
  return {
    op: typeof op === "string" ? op : "unknown",
    path: readPointer(member("path")),
    from: readPointer(member("from")),
    value,
    hasValue: value !== undefined,
  };
}

/** What stands before the first slash is ignored; a text without a slash points nowhere. */
function readPointer(text: JsonValue | undefined): Pointer | undefined {
  if (typeof text !== "string") return undefined;
  if (text === "") return [];
  const keys = text.split("/");
  if (keys.length < 2) return undefined;
  keys.shift();
  return text.includes("~") ? keys.map((key) => key.replace(/~[01]/g, (escaped) => (escaped === "~1" ? "/" : "~"))) : keys;
}
