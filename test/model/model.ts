/**
 * What Kubernetes answers to a {@link Request}, and what it stores: a model of two kinds, small enough to be read in one go. ConfigMaps stand
 * for built-in kinds, Networks for custom ones. It knows leaves only (see fields.ts), and whether a write changes anything.
 */
import { type Fields, HOLD, type Value } from "./fields.ts";
import { afterApply, afterUpdate, isContainer, type Owners } from "./ownership.ts";
import type { Request } from "./request.ts";

export interface Stored {
  readonly fields: Fields;
  readonly owners: Owners;
  /** Of Networks: counts the changes of the spec. */
  readonly generation: number;
  readonly terminating: boolean;
}

export interface Verdict {
  readonly status: number;
  /** Of a refusal. */
  readonly reason?: string;
  /** The object that is answered and, unless it was a dry run, stored. The same one where nothing changes. */
  readonly object?: Stored;
  /** It is there no more. */
  readonly gone?: boolean;
}

const refused = (status: number, reason: string): Verdict => ({ status, reason });
const NOT_FOUND = refused(404, "NotFound");
const CONFLICT = refused(409, "Conflict");
const INVALID = refused(422, "Invalid");

const NEW: Stored = { fields: new Map(), owners: new Map(), generation: 0, terminating: false };

export function judge(request: Request, old: Stored | undefined): Verdict {
  const { verb, kind, unknown, validation } = request;
  const strict = unknown && validation === "Strict";
  switch (verb) {
    case "get":
      return old === undefined ? NOT_FOUND : { status: 200, object: old };
    case "delete":
      return old === undefined ? NOT_FOUND : remove(request, old);
    case "create":
      if (strict) return refused(400, "BadRequest");
      return create(request, old);
    case "update":
      if (strict) return refused(400, "BadRequest");
      if (old === undefined) return NOT_FOUND;
      if (request.uid === "other") return CONFLICT;
      if (request.version === "none" && kind === "networks") return INVALID;
      return write(request, old, withDefaults(request, valuesOf(request)));
    case "apply":
      if (unknown) return refused(500, "");
      return apply(request, old);
    case "strategic":
      if (kind === "networks") return refused(415, "UnsupportedMediaType");
      break;
  }
  if (old === undefined) return NOT_FOUND;
  const patched = verb === "json" ? carryOut(request, old.fields) : merge(request, old.fields);
  if (patched === undefined || (strict && verb !== "json")) return INVALID;
  return write(request, old, withDefaults(request, patched));
}

function create(request: Request, old: Stored | undefined): Verdict {
  const fields = withDefaults(request, valuesOf(request));
  if (!isValid(request, fields, NEW)) return INVALID;
  if (old !== undefined) return refused(409, "AlreadyExists");
  return { status: 201, object: { ...NEW, fields, owners: afterUpdate(NEW.owners, writerOf(request), NEW.fields, fields), generation: 1 } };
}

/** What an update or a patch wants the object to be. */
function write(request: Request, old: Stored, wanted: Fields): Verdict {
  if (request.verb !== "json" && request.version === "stale") return CONFLICT;
  // of a status nothing else counts, the uid included
  if (request.verb !== "json" && request.verb !== "status" && request.uid === "other") return INVALID;
  const ofStatus = (way: string) => way.startsWith("status.");
  const isKept = request.verb === "status" ? (way: string) => !ofStatus(way) : ofStatus;
  const fields = new Map([...wanted].filter(([way]) => !isKept(way)).concat([...old.fields].filter(([way]) => isKept(way))));
  return finish(request, old, fields, afterUpdate(old.owners, writerOf(request), old.fields, fields));
}

function apply(request: Request, old: Stored | undefined): Verdict {
  if (old === undefined && request.uid === "other") return CONFLICT;
  const live = old ?? NEW;
  const { fields, owners, conflict } = afterApply(live.owners, `${request.manager} Apply`, live.fields, valuesOf(request));
  if (conflict && !request.force) return CONFLICT;
  const complete = withDefaults(request, fields);
  if (old !== undefined) {
    if (request.version === "stale") return CONFLICT;
    return request.uid === "other" ? INVALID : finish(request, old, complete, owners);
  }
  return isValid(request, complete, NEW) ? { status: 201, object: { ...NEW, fields: complete, owners, generation: 1 } } : INVALID;
}

function finish(request: Request, old: Stored, fields: Fields, owners: Owners): Verdict {
  if (!isValid(request, fields, old)) return INVALID;
  const object = { ...old, fields, owners, generation: old.generation + (sameSpec(old.fields, fields) ? 0 : 1) };
  if (old.terminating && !fields.has(HOLD)) return { status: 200, object, gone: true };
  return { status: 200, object: isSame(old, object) ? old : object };
}

function remove({ uid, version }: Request, old: Stored): Verdict {
  if (uid === "other" || version === "stale") return CONFLICT;
  if (!old.fields.has(HOLD)) return { status: 200, gone: true };
  return { status: 200, object: old.terminating ? old : { ...old, terminating: true, generation: old.generation + 1 } };
}

const writerOf = ({ manager, verb }: Request): string => `${manager} Update${verb === "status" ? " status" : ""}`;

const valuesOf = ({ fields }: Request): Fields => new Map([...fields].filter((entry): entry is [string, Value] => entry[1] !== null));

function withDefaults({ kind }: Request, fields: Fields): Fields {
  const noSpec = ![...fields.keys()].some((way) => way.startsWith("spec."));
  return kind === "configmaps" || noSpec || fields.has("spec.mtu") ? fields : new Map([...fields, ["spec.mtu", 1460]]);
}

function merge({ fields }: Request, live: Fields): Fields {
  const out = new Map(live);
  for (const [way, value] of fields) {
    if (value !== null) out.set(way, value);
    else for (const name of live.keys()) if (name === way || name.startsWith(`${way}.`)) out.delete(name);
  }
  return out;
}

/** Undefined for a JSON patch that cannot be carried out. */
function carryOut({ operations }: Request, live: Fields): Fields | undefined {
  const out = new Map(live);
  const parentOf = (way: string) => way.slice(0, Math.max(0, way.lastIndexOf(".")));
  const parents = new Set(["", ...[...live.keys()].map(parentOf)]);
  for (const { op, way, value } of operations) {
    if (!parents.has(parentOf(way))) return undefined;
    if (op === "test" && out.get(way) !== value) return undefined;
    if (op === "remove" && !out.delete(way)) return undefined;
    if (op === "add" || op === "replace") out.set(way, value);
  }
  return out;
}

function isValid({ kind, verb }: Request, fields: Fields, old: Stored): boolean {
  if (fields.get("metadata.labels.y") === "no value!" && verb !== "status") return false;
  if (old.terminating && fields.has(HOLD) && !old.fields.has(HOLD)) return false;
  if (kind === "networks") return fields.has("spec.ipam.mode") && (fields.get("spec.mtu") as number) <= 8856;
  return old.fields.get("immutable") !== true || (fields.get("immutable") === true && isSameBelow("data.", old.fields, fields));
}

const sameSpec = (a: Fields, b: Fields): boolean => isSameBelow("spec.", a, b);

function isSameBelow(prefix: string, a: Fields, b: Fields): boolean {
  const below = (fields: Fields) =>
    [...fields]
      .filter(([way]) => way.startsWith(prefix))
      .sort()
      .join();
  return below(a) === below(b);
}

/** Nothing differs, owners included. */
export function isSame(a: Stored, b: Stored): boolean {
  return isSameBelow("", a.fields, b.fields) && a.terminating === b.terminating && ownersText(a.owners) === ownersText(b.owners);
}

/** The owners of leaves, each on a line of its own. */
export function ownersText(owners: Owners): string {
  const lines = [...owners].map(([owner, ways]) => [
    owner,
    [...ways]
      .filter((way) => !isContainer(way))
      .sort()
      .join(" "),
  ]);
  return lines
    .filter(([, ways]) => ways !== "")
    .map((line) => line.join(": "))
    .sort()
    .join("\n");
}
