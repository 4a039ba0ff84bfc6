/**
 * Sets of fields: who owns what of an object. A set is a tree of steps through an object, and it is its own JSON: the `fieldsV1` of
 * metadata.managedFields is worked on as it stands, so that reading and writing one costs nothing.
 *
 *     {"f:data": {".": {}, "f:a": {}}, "f:metadata": {"f:labels": {"f:x": {}}}}
 *
 * holds three fields: `data` itself, told by the dot; `data.a`, for what has nothing below is in the set; and `metadata.labels.x`. It does
 * not hold `metadata.labels`, which is only on the way. The steps (see path-element.ts) say how: `f:` by name, `k:` by the keys of a list's
 * item, `v:` by the value of a set's item, `i:` by index. What follows, with A = the set above and B = {"f:data": {"f:a": {}}}:
 *
 *     difference(A, B)            {"f:data": {}, "f:metadata": …}       `data` itself is left
 *     difference(A, {"f:data": {}})           {"f:data": {"f:a": {}}, …}   and the other way round
 *     recursiveDifference(A, {"f:data": {}})  {"f:metadata": …}
 *     intersection(A, B)          {"f:data": {"f:a": {}}}
 *
 * The root is no field: `{}` there is the empty set, where anywhere below it is a field that is held. Sets never change; an operation that
 * takes nothing away gives back the very set it was given. (sigs.k8s.io/structured-merge-diff, fieldpath)
 */
import { sortElements } from "./path-element.ts";

export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set that is being built. */
export interface FieldSetDraft {
  [element: string]: FieldSet;
}

/** A field with nothing below it; as a root the empty set. */
export const LEAF: FieldSet = Object.freeze({});
export const EMPTY = LEAF;

/** Says of the place that it stands in that this is in the set too. */
export const SELF = ".";

/**
 * Sets with very many members. To say that there is a first one, V8 lists them all, and sets are asked whether they are empty at every turn:
 * so what makes such a set notes that it has.
 */
const large = new WeakSet<FieldSet>();
const LARGE = 64;

/** Notes a set that has been made, with so many members at least. Sets never shrink. */
export function noteSize<Set extends FieldSet>(set: Set, members: number): Set {
  if (members >= LARGE) large.add(set);
  return set;
}

export function isEmpty(set: FieldSet): boolean {
  if (SELF in set || large.has(set)) return false;
  for (const _ in set) return false;
  return true;
}

/** Whether the place that a node (not the root) stands for is in the set. */
export const isHeld = (node: FieldSet): boolean => SELF in node || isEmpty(node);

/** The node of a place that is in the set, and what is below it; undefined is nothing. */
export function heldWith(below: FieldSet | undefined): FieldSet {
  if (below === undefined || isEmpty(below)) return LEAF;
  if (SELF in below) return below;
  const out: FieldSetDraft = { [SELF]: LEAF };
  for (const element in below) out[element] = below[element] as FieldSet;
  return out;
}

/** Whether everything that is in `a` is in `b` too. */
export function isWithin(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  for (const element in a) {
    if (element === SELF) continue;
    const mine = a[element] as FieldSet;
    const theirs = b[element];
    if (theirs === undefined || (isHeld(mine) && !isHeld(theirs)) || !isWithin(mine, theirs)) return false;
  }
  return true;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  return isEmpty(a) ? b : uniteBelow(a, b, false);
}

function uniteBelow(a: FieldSet, b: FieldSet, held: boolean): FieldSet {
  const out: FieldSetDraft = held ? { [SELF]: LEAF } : {};
  let size = 0;
  for (const element in a) {
    if (element === SELF) continue;
    const mine = a[element] as FieldSet;
    const theirs = b[element];
    out[element] = theirs === undefined ? mine : uniteNodes(mine, theirs);
    size += 1;
  }
  for (const element in b) if (element !== SELF && a[element] === undefined) out[element] = b[element] as FieldSet;
  return noteSize(out, size);
}

/** The union of what two sets hold at and below one place, which is not the root. */
export function uniteNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const out = uniteBelow(a, b, isHeld(a) || isHeld(b));
  if (large.has(out)) return out;
  for (const element in out) if (element !== SELF) return out;
  return LEAF;
}

/** The union of any number of sets, in one go: one after the other every union would copy all that came before. */
export const unionOf = (sets: readonly FieldSet[]): FieldSet => uniteAll(sets, false);

function uniteAll(nodes: readonly FieldSet[], below: boolean): FieldSet {
  if (nodes.length === 1) return nodes[0] as FieldSet;
  const parts = new Map<string, FieldSet[]>();
  let held = false;
  for (const node of nodes) {
    held ||= below && isHeld(node);
    for (const element in node) {
      if (element === SELF) continue;
      const same = parts.get(element);
      if (same === undefined) parts.set(element, [node[element] as FieldSet]);
      else same.push(node[element] as FieldSet);
    }
  }
  if (parts.size === 0) return LEAF;
  const out: FieldSetDraft = held ? { [SELF]: LEAF } : {};
  for (const [element, same] of parts) out[element] = uniteAll(same, true);
  return noteSize(out, parts.size);
}

/** What is in `a` and not in `b`; a field stays where only what is above or below it is in `b`. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => subtractBelow(a, b, false);

/** What is in `a` and neither in `b` nor below anything in `b`. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet => subtractBelow(a, b, true);

function subtractBelow(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  let changed: Map<string, FieldSet | undefined> | undefined;
  for (const element in b) {
    const mine = a[element];
    if (element === SELF || mine === undefined) continue;
    const left = subtract(mine, b[element] as FieldSet, recursive);
    if (left !== mine) {
      changed ??= new Map();
      changed.set(element, left);
    }
  }
  if (changed === undefined) return a;
  const out: FieldSetDraft = {};
  let size = 0;
  for (const element in a) {
    const left = changed.has(element) ? changed.get(element) : a[element];
    if (left === undefined) continue;
    out[element] = left;
    size += 1;
  }
  return noteSize(out, size);
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet | undefined {
  const taken = isHeld(b);
  if (taken && recursive) return undefined;
  const below = subtractBelow(a, b, recursive);
  if (taken && isHeld(a)) return withoutSelf(below);
  if (below === a) return a;
  // a leaf has nothing below that could have gone, so what is empty now was only on the way
  if (isEmpty(below)) return undefined;
  if (large.has(below)) return below;
  for (const element in below) if (element !== SELF) return below;
  return LEAF;
}

function withoutSelf(node: FieldSet): FieldSet | undefined {
  if (!(SELF in node)) return isEmpty(node) ? undefined : node;
  const out: FieldSetDraft = {};
  let size = 0;
  for (const element in node) {
    if (element === SELF) continue;
    out[element] = node[element] as FieldSet;
    size += 1;
  }
  return size === 0 ? undefined : noteSize(out, size);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return EMPTY;
  const out: FieldSetDraft = {};
  let size = 0;
  for (const element in a) {
    const theirs = b[element];
    if (element === SELF || theirs === undefined) continue;
    const common = intersect(a[element] as FieldSet, theirs);
    if (common === undefined) continue;
    out[element] = common;
    size += 1;
  }
  return noteSize(out, size);
}

function intersect(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below: FieldSet = isEmpty(a) ? EMPTY : intersection(a, b);
  if (isHeld(a) && isHeld(b)) return heldWith(below);
  return isEmpty(below) ? undefined : below;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  for (const element in a) {
    const theirs = b[element];
    if (theirs === undefined || !equalSets(a[element] as FieldSet, theirs)) return false;
  }
  for (const element in b) if (a[element] === undefined) return false;
  return true;
}

/** Every field of the set with the steps that lead to it: what is at a level first, then what is below. The list is reused. */
export function forEachField(set: FieldSet, visit: (way: readonly string[]) => void, way: string[] = []): void {
  for (const element in set) {
    if (element === SELF || !isHeld(set[element] as FieldSet)) continue;
    way.push(element);
    visit(way);
    way.pop();
  }
  for (const element in set) {
    if (element === SELF) continue;
    way.push(element);
    forEachField(set[element] as FieldSet, visit, way);
    way.pop();
  }
}

/** The same set with its members in Kubernetes' order; itself where they are. */
export function inOrder(set: FieldSet): FieldSet {
  const given = Object.keys(set);
  const elements = sortElements(given);
  let out: FieldSetDraft | undefined = elements === given ? undefined : {};
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as string;
    const node = set[element] as FieldSet;
    const ordered = isEmpty(node) ? node : inOrder(node);
    if (out === undefined && ordered !== node) {
      out = {};
      for (let before = 0; before < i; before++) out[elements[before] as string] = set[elements[before] as string] as FieldSet;
    }
    if (out !== undefined) out[element] = ordered;
  }
  return out === undefined ? set : noteSize(out, elements.length);
}
