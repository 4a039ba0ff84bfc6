import { quote } from "../../apimachinery/go-text.ts";
import { jsonType } from "../../apimachinery/json/json-type.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { numberOf } from "../../apimachinery/json/reader.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest, tooLarge } from "../../apimachinery/status/status.ts";
import { checkDepth } from "./depth.ts";
import { MAX_STRICT_ERRORS, type PatchDocument } from "./patch-document.ts";

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
  /** For fieldValidation Warn and Strict: `json patch unknown field "[0].note"`, `json patch duplicate field "[0].op"`. */
  readonly strictErrors: readonly string[];
}

/** A patch of more operations is refused (apiserver, pkg/endpoints/handlers/patch.go). */
const MAX_OPERATIONS = 10_000;

const MEMBERS = new Set(["op", "path", "from", "value"]);

/**
 * Reads a JSON patch from its document. Only the shape is judged here, before it meets an object: 400 for what is no list of objects, 413
 * for too many operations. `null` is a patch of nothing. Whatever else is wrong shows when it is applied.
 *
 * `lenient` is for fieldValidation=Ignore: Kubernetes then reads the document without types, so that unknown members go unseen and a
 * number for a path is a patch that cannot be applied instead of one that cannot be read.
 */
export function parseJsonPatch(document: PatchDocument, { lenient = false } = {}): JsonPatch {
  const { value: entries } = document;
  checkDepth(entries);
  if (entries === null) return { operations: [], strictErrors: [] };
  const [list, item] = lenient ? ["jsonpatch.Patch", "jsonpatch.Operation"] : ["[]handlers.jsonPatchOp", "handlers.jsonPatchOp"];
  if (!Array.isArray(entries)) throw cannotRead(entries, `value of type ${list}`, lenient);
  for (const entry of entries) if (entry !== null && !isJsonObject(entry)) throw cannotRead(entry, `value of type ${item}`, lenient);
  const strictErrors = lenient ? [] : checkMembers(entries);
  if (entries.length > MAX_OPERATIONS)
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${entries.length}`);
  return {
    operations: withSpelledNumbers(entries.map(readOperation), document.text),
    strictErrors: [...strictErrors, ...document.duplicates.map((text) => `json patch ${text}`)].slice(0, MAX_STRICT_ERRORS),
  };
}

/** What is unknown among the members of the operations. Throws 400 for an `op`, `path` or `from` that is no text. */
function checkMembers(entries: readonly JsonValue[]): string[] {
  const unknown: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry)) continue;
    for (const name of Object.keys(entry)) {
      const value = entry[name] as JsonValue;
      if (!MEMBERS.has(name)) unknown.push(`json patch unknown field ${quote(`[${index}].${name}`)}`);
      else if (name !== "value" && value !== null && typeof value !== "string")
        throw cannotRead(value, `struct field jsonPatchOp.${name} of type string`, false);
    }
  }
  return unknown;
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

/** Something that may be a number which is not written as Go writes it. Texts match too. */
const MAYBE_SPELLED_ODDLY = /[0-9][.eE]|-0|[0-9]{16}/;

/**
 * `test` compares numbers by their spelling: `15e-1` is not `1.5`, and `5.0` is not `5`. Objects have Go's spelling, so a number of the
 * patch that has another equals nothing; it is put as a text that no object has.
 */
function withSpelledNumbers(operations: readonly JsonPatchOperation[], text: string): readonly JsonPatchOperation[] {
  if (!operations.some(({ op, hasValue }) => op === "test" && hasValue) || !MAYBE_SPELLED_ODDLY.test(text)) return operations;
  const marked = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][-+.0-9eE]*/g, (token) =>
    token.startsWith('"') || stringify(numberOf(token)) === token ? token : `"\\u0000${token}"`,
  );
  if (marked === text) return operations;
  const entries = parseJson(marked) as JsonObject[];
  return operations.map((operation, index) =>
    operation.op === "test" && operation.hasValue ? { ...operation, value: entries[index]?.value } : operation,
  );
}
