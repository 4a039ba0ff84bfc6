import type { JsonObject } from "../../../../apimachinery/json/value.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../../../apimachinery/object.ts";
import { StatusError } from "../../../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../../../apis/kind.ts";
import type { Part } from "../../../strategy/update.ts";
import { FieldManager } from "../../field-manager.ts";
import type { FieldSet } from "../../field-set.ts";
import { Versions } from "../../versions.ts";
import { printFields } from "../notation.ts";

/** What one table of cases is about: the kind, in each of its versions. */
export interface Table {
  readonly about: string;
  readonly kind: readonly KindDefinition[];
  readonly cases: readonly Case[];
}

export interface Case {
  readonly shows: string;
  readonly does: readonly Step[];
  /** The spec at the end, and the status where there is one. */
  readonly leaves: object | null;
  /** By manager, `one`, `one (update)` or `one in v2 (status)`: all the fields below spec that it owns. */
  readonly owned: Readonly<Record<string, string>>;
}

/**
 * `["one applies", spec]`, where one may also `force` or `update`, and all of it `in v2` or `by status`, which takes a status; a third member
 * is what it is refused with. Or the kind as it is from here on.
 */
export type Step = readonly [does: string, what: object, refusal?: string] | readonly KindDefinition[];

export interface Action {
  readonly manager: string;
  readonly verb: "applies" | "forces" | "updates";
  readonly version: string;
  readonly part: Part;
}

export function actionOf(does: string): Action {
  const [manager = "", verb = "", ...more] = does.split(" ");
  const after = (word: string) => (more.includes(word) ? more[more.indexOf(word) + 1] : undefined);
  return { manager, verb: verb as Action["verb"], version: after("in") ?? "v1", part: (after("by") ?? "") as Part };
}

export const isKind = (step: Step): step is readonly KindDefinition[] => typeof step[0] !== "string";

const TIME = "2026-01-01T00:00:00Z";

/** What a case comes to, in the words of its expectation. */
export function play(kind: readonly KindDefinition[], { does }: Pick<Case, "does">): Pick<Case, "does" | "leaves" | "owned"> {
  let kinds = kind;
  let live: KubeObject | undefined;
  const done = does.map((step): Step => {
    if (isKind(step)) {
      kinds = step;
      return step;
    }
    const [what, value] = step;
    try {
      live = write(kinds, live, actionOf(what), value);
      live.metadata.uid = "u";
      return [what, value];
    } catch (error) {
      if (error instanceof StatusError) return [what, value, error.message];
      throw error;
    }
  });
  return { does: done, ...result(live as KubeObject) };
}

function write(kinds: readonly KindDefinition[], live: KubeObject | undefined, action: Action, value: object): KubeObject {
  const { manager, verb, version, part } = action;
  const kind = kinds.find((one) => one.version === version) as KindDefinition;
  const fields = new FieldManager(kind, new Versions(kind, kinds));
  const apiVersion = `${kind.group}/${version}`;
  const before = live && ({ ...structuredClone(live), apiVersion } as KubeObject);
  const sent = bodyOf(apiVersion, part, structuredClone(value), verb === "updates" ? before : undefined);
  if (verb !== "updates") {
    return fields.apply(before, sent as unknown as JsonObject, { manager, part, time: TIME, force: verb === "forces" });
  }
  if (before === undefined) fields.trackCreate(sent, { manager, part, time: TIME });
  else fields.trackUpdate(before, sent, { manager, part, time: TIME });
  return sent;
}

/** The body of a request: an update by way of the status sends the rest as it is. */
export function bodyOf(apiVersion: string, part: Part, value: object, live: KubeObject | undefined): KubeObject {
  const head = { apiVersion, kind: "Box", metadata: { name: "b", ...(live && { uid: "u" }) } };
  const { spec, status } = (live ?? {}) as Partial<KubeObject>;
  if (part === "status") return { ...head, ...(spec !== undefined && { spec }), status: value } as KubeObject;
  return { ...head, spec: value, ...(status !== undefined && { status }) } as KubeObject;
}

/** The object and its owners in the words of a case. */
export function result({ spec = {}, status, metadata }: KubeObject): Pick<Case, "leaves" | "owned"> {
  return {
    leaves: (status === undefined ? spec : { spec, status }) as object | null,
    owned: Object.fromEntries((metadata.managedFields ?? []).map((entry) => [nameOf(entry), fieldsIn(entry)])),
  };
}

function nameOf({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const version = apiVersion?.endsWith("/v1") ? "" : ` in ${apiVersion?.split("/")[1]}`;
  const how = [...(operation === "Update" ? ["update"] : []), ...(subresource ? [subresource] : [])];
  return `${manager}${version}${how.length > 0 ? ` (${how.join(", ")})` : ""}`;
}

const fieldsIn = ({ fieldsV1 }: ManagedFieldsEntry): string => printFields(fieldsV1 as FieldSet).replaceAll(/(?<=^| )\.spec(?=[^ ])/g, "");
