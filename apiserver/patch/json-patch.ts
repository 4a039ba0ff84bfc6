import { copyMembers, nestsDeeperThan } from "../../apimachinery/json/copy.ts";
import { MAX_DEPTH } from "../../apimachinery/json/depth.ts";
import { equalJson } from "../../apimachinery/json/equal.ts";
import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import { unprocessable } from "../../apimachinery/status/status.ts";
import { encodedSize } from "./encoded-size.ts";
import type { JsonPatchOperation, Pointer } from "./json-patch-document.ts";

/**
 * Applies a JSON patch (RFC 6902) with the leniency of kube-apiserver, which runs it on evanphx/json-patch v4:
 *
 * | what                                                  | then                                                           |
 * | ----------------------------------------------------- | -------------------------------------------------------------- |
 * | `replace` of a member that is missing                 | adds it                                                        |
 * | `copy` from a member that is missing                  | adds null                                                      |
 * | `add` or `replace` without a value                    | sets null                                                      |
 * | `test` that a missing member is null                  | passes                                                         |
 * | an index `-1`, `00`, `+1`                             | counts from the end, is 0, is 1                                |
 * | a path without its first slash: `data/a`              | loses its first segment: `/a`                                  |
 * | `replace` or `test` of the path ``                    | the whole document; every other operation there fails          |
 *
 * All or nothing: whatever cannot be carried out throws the one 422 without details, as Kubernetes answers it. `object` and the patch stay
 * as they are; what the patch did not touch is shared with the result. A list as the result is possible (`replace` of the whole document)
 * and is for the decoder to refuse.
 */
export function applyJsonPatch(object: JsonObject, operations: readonly JsonPatchOperation[]): JsonObject | JsonValue[] {
  return new Application(object).run(operations);
}

/** What `copy` may add up to in one patch, in bytes of JSON (kube-apiserver's JSONPatchMaxCopyBytes). */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/**
 * How many items of lists may move for others that are put in or taken out before them. Kubernetes knows no such limit; ten thousand
 * operations at the head of a list of a million items would move ten thousand millions.
 */
const MAX_MOVED_ITEMS = 100_000_000;

type Container = JsonObject | JsonValue[];

/**
 * One run over one object. A container is copied before its first change and is ours from then on, so that ten thousand operations on one
 * large map copy it once. Playing `add /a/b 1`, `copy /a -> /c`, `add /c/b 2` on `{a: {}}`:
 *
 *   add   root and `a` are copied and owned; `b` is set in our `a`
 *   copy  `c` gets a copy of our `a`, made at once, because ours may change again
 *   add   the copy belongs to us as well: `b` is set in it; `a` keeps its 1
 */
class Application {
  #root: Container;
  #copiedBytes = 0;
  #movedItems = 0;
  readonly #owned = new Set<Container>();

  constructor(object: JsonObject) {
    this.#root = object;
  }

  run(operations: readonly JsonPatchOperation[]): Container {
    let mayDeepen = false;
    for (const operation of operations) {
      this.#carryOut(operation);
      mayDeepen ||= operation.op === "copy" || operation.op === "move" || (typeof operation.value === "object" && operation.value !== null);
    }
    if (mayDeepen && nestsDeeperThan(this.#root, MAX_DEPTH)) throw unprocessable();
    return this.#root;
  }

  #carryOut({ op, path, from, value = null, hasValue }: JsonPatchOperation): void {
    switch (op) {
      case "add":
        this.#add(path, value);
        break;
      case "remove":
        this.#remove(path);
        break;
      case "replace":
        this.#replace(path, value);
        break;
      case "move": {
        const moved = this.#get(from) ?? null;
        this.#remove(from);
        this.#add(path, moved);
        break;
      }
      case "copy":
        this.#copy(from, path);
        break;
      case "test":
        this.#test(path, value, hasValue);
        break;
      default:
        throw unprocessable();
    }
  }

  #add(path: Pointer | undefined, value: JsonValue): void {
    const container = this.#own(path);
    const key = lastOf(path);
    if (!Array.isArray(container)) setMember(container, key, value);
    else if (key === "-") container.push(value);
    else {
      const index = indexOf(key, container.length + 1);
      this.#move(container.length - index);
      container.splice(index, 0, value);
    }
  }

  #move(items: number): void {
    this.#movedItems += items;
    if (this.#movedItems > MAX_MOVED_ITEMS) throw unprocessable();
  }

  #remove(path: Pointer | undefined): void {
    const container = this.#own(path);
    const key = lastOf(path);
    if (Array.isArray(container)) {
      const index = indexOf(key, container.length);
      this.#move(container.length - index);
      container.splice(index, 1);
    } else if (Object.hasOwn(container, key)) delete container[key];
    else throw unprocessable();
  }

  #replace(path: Pointer | undefined, value: JsonValue): void {
    if (path?.length === 0) {
      if (!isContainer(value)) throw unprocessable();
      this.#root = value;
      return;
    }
    const container = this.#own(path);
    const key = lastOf(path);
    if (Array.isArray(container)) container[indexOf(key, container.length)] = value;
    else setMember(container, key, value);
  }

  #copy(from: Pointer | undefined, path: Pointer | undefined): void {
    const value = this.#get(from) ?? null;
    this.#own(path);
    this.#copiedBytes += encodedSize(value, MAX_COPIED_BYTES - this.#copiedBytes, MAX_DEPTH);
    if (this.#copiedBytes > MAX_COPIED_BYTES) throw unprocessable();
    this.#add(path, this.#copyOwned(value));
  }

  #test(path: Pointer | undefined, value: JsonValue, hasValue: boolean): void {
    const found = (path?.length === 0 ? this.#root : this.#get(path)) ?? null;
    if (found === null && value === null) return;
    if (!hasValue || !equalJson(value, found)) throw unprocessable();
  }

  /** The value at a pointer; undefined where an object has no such member. Throws where the way there does not exist. */
  #get(path: Pointer | undefined): JsonValue | undefined {
    if (path === undefined || path.length === 0) throw unprocessable();
    let value: JsonValue | undefined = this.#root;
    for (const key of path) {
      if (Array.isArray(value)) value = value[indexOf(key, value.length)];
      else if (isJsonObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
      else throw unprocessable();
    }
    return value;
  }

  /** The container that a pointer's last key is in, with all that leads to it ours to change. */
  #own(path: Pointer | undefined): Container {
    if (path === undefined || path.length === 0) throw unprocessable();
    let container = this.#ours(this.#root);
    this.#root = container;
    for (let position = 0; position < path.length - 1; position++) {
      const key = path[position] as string;
      if (Array.isArray(container)) {
        const index = indexOf(key, container.length);
        const inner = container[index];
        if (!isContainer(inner)) throw unprocessable();
        container = container[index] = this.#ours(inner);
      } else {
        const inner: JsonValue | undefined = Object.hasOwn(container, key) ? container[key] : undefined;
        if (!isContainer(inner)) throw unprocessable();
        const own = this.#ours(inner);
        if (own !== inner) setMember(container, key, own);
        container = own;
      }
    }
    return container;
  }

  #ours(container: Container): Container {
    if (this.#owned.has(container)) return container;
    const own = Array.isArray(container) ? container.slice() : copyMembers(container);
    this.#owned.add(own);
    return own;
  }

  /** Copies what is ours, down to what is not: that never changes and can be shared. */
  #copyOwned(value: JsonValue): JsonValue {
    if (!isContainer(value) || !this.#owned.has(value)) return value;
    let copy: Container;
    if (Array.isArray(value)) copy = value.map((item) => this.#copyOwned(item));
    else {
      copy = {};
      for (const name of Object.keys(value)) setMember(copy, name, this.#copyOwned(value[name] as JsonValue));
    }
    this.#owned.add(copy);
    return copy;
  }
}

const isContainer = (value: JsonValue | undefined): value is Container => Array.isArray(value) || isJsonObject(value);

const lastOf = (path: Pointer | undefined): string => path?.at(-1) as string;

/** An index below `length` as Go's strconv.Atoi reads it, counting from the end if negative. */
function indexOf(key: string, length: number): number {
  if (!/^[+-]?[0-9]+$/.test(key)) throw unprocessable();
  const index = Number(key);
  if (index >= length || index < -length) throw unprocessable();
  return index < 0 ? index + length : index + 0;
}
