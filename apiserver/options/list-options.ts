import type { FieldError } from "../../apimachinery/field/error.ts";
import { forbidden, invalid as invalidField, notSupported } from "../../apimachinery/field/error.ts";
import { checkFieldLabels } from "../../apimachinery/fields/labels.ts";
import { type FieldSelector, parseFieldSelector } from "../../apimachinery/fields/selector.ts";
import { type LabelSelector, parseLabelSelector } from "../../apimachinery/labels/selector.ts";
import { parseInt64, parseUint64 } from "../../apimachinery/query/scalars.ts";
import { badRequest, invalid, type StatusError, unknownError } from "../../apimachinery/status/status.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Query } from "../routing/query.ts";

/** metav1.ListOptions of a list, a watch or a deletion of a collection, checked. */
export interface ListOptions {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
  /** 0: no limit. */
  readonly limit: number;
  /** Empty: none. */
  readonly continue: string;
  /** As sent: `""`, `"0"` or a number that {@link revisionOf} reads. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: "" | "Exact" | "NotOlderThan";
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/**
 * Reads and checks the options of a list or a watch
 * (k8s.io/apimachinery, pkg/apis/meta/internalversion/validation/validation.go): first all numbers, then the selectors, then what goes
 * together, and last which fields the kind has. The rules are those of a watch where `watch` says so: the deprecated `/watch/` paths have
 * those of a list without it.
 * @throws StatusError BadRequest for what cannot be parsed, Invalid for what contradicts itself
 */
export function parseListOptions(query: Query, kind: KindDefinition): ListOptions {
  const watching = query.flag("watch");
  const options = asBadRequest(() => ({
    timeoutSeconds: query.has("timeoutSeconds") ? Number(parseInt64(query.get("timeoutSeconds") ?? "")) : undefined,
    limit: query.has("limit") ? Math.max(0, Number(parseInt64(query.get("limit") ?? ""))) : 0,
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(query.get("fieldSelector") ?? ""),
    continue: query.get("continue") ?? "",
    resourceVersion: query.get("resourceVersion") ?? "",
    resourceVersionMatch: query.get("resourceVersionMatch") ?? "",
    allowWatchBookmarks: query.flag("allowWatchBookmarks"),
    sendInitialEvents: query.has("sendInitialEvents") ? query.flag("sendInitialEvents") : undefined,
  }));
  const defaulted = watching ? withWatchListDefault(options) : options;
  const errors = watching ? watchErrors(defaulted) : listErrors(defaulted);
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  asBadRequest(() => checkFieldLabels(kind, options.fields));
  return defaulted as ListOptions;
}

type Unchecked = Omit<ListOptions, "resourceVersionMatch"> & { resourceVersionMatch: string };

/** A watch from anywhere starts with the present state, as if it had asked for it (WatchList). */
function withWatchListDefault(options: Unchecked): Unchecked {
  const anywhere = options.resourceVersion === "" || options.resourceVersion === "0";
  if (!anywhere || options.sendInitialEvents !== undefined || options.resourceVersionMatch !== "") return options;
  return { ...options, sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" };
}

const MATCH = "resourceVersionMatch";

function listErrors({ resourceVersion, resourceVersionMatch, continue: token, sendInitialEvents }: Unchecked): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceVersionMatch !== "") {
    if (resourceVersion === "") errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (token !== "") errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
    if (resourceVersionMatch !== "Exact" && resourceVersionMatch !== "NotOlderThan") {
      errors.push(notSupported(MATCH, resourceVersionMatch, ["Exact", "NotOlderThan", ""]));
    }
    if (resourceVersionMatch === "Exact" && resourceVersion === "0") {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) errors.push(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

function watchErrors({ resourceVersionMatch, continue: token, sendInitialEvents }: Unchecked): FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && resourceVersionMatch !== "NotOlderThan") {
    errors.push(forbidden(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (resourceVersionMatch !== "") {
    if (sendInitialEvents === undefined) {
      errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    }
    if (resourceVersionMatch !== "NotOlderThan") errors.push(notSupported(MATCH, resourceVersionMatch, ["NotOlderThan"]));
    if (token !== "") errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
  }
  return errors;
}

/**
 * The number in a resourceVersion, a bigint where a number would not be exact; undefined for the empty text.
 * @throws StatusError BadRequest on lists, 500 without a reason elsewhere, as kube-apiserver does
 */
export function revisionOf(text: string, where: "list" | "get" | "watch"): number | bigint | undefined {
  if (text === "") return undefined;
  try {
    return parseUint64(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { field, body } = invalidField("resourceVersion", text, error.message);
    throw where === "list" ? badRequest(`invalid resource version: ${field}: ${body}`) : unknownError(`${field}: ${body}`);
  }
}

/** Runs a parser; what it cannot read is a bad request in its words. */
export function asBadRequest<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ParseError) throw badRequest(error.message) satisfies StatusError;
    throw error;
  }
}
