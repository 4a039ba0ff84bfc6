/** The parameters of requests, as the documents describe them. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly type: "string" | "boolean" | "integer";
  readonly description: string;
}

const query = (name: string, type: Parameter["type"], description: string): Parameter => ({ name, in: "query", type, description });
const inPath = (name: string, description: string): Parameter => ({ name, in: "path", type: "string", description });

export const PRETTY = query(
  "pretty",
  "string",
  "`true` for an answer laid out for people. Browsers and command-line tools get that unless they say `false`.",
);
export const NAMESPACE = inPath("namespace", "The namespace that the objects live in.");
export const nameOf = (kind: string): Parameter => inPath("name", `Name of the ${kind}.`);

const DRY_RUN = query("dryRun", "string", "`All` to go through every step of the request without storing anything.");
const RESOURCE_VERSION = query(
  "resourceVersion",
  "string",
  "The state to answer from: none for the latest, `0` for any, else one that is at least (or, see resourceVersionMatch, exactly) this.",
);

const WRITE = [
  DRY_RUN,
  query("fieldManager", "string", "Who makes the change; the owner of the fields that it sets. Up to 128 characters."),
  query(
    "fieldValidation",
    "string",
    "What becomes of fields that are unknown or come twice: `Ignore` drops them, `Warn` drops them and says so, `Strict` fails the request.",
  ),
];

const DELETE = [
  DRY_RUN,
  query("gracePeriodSeconds", "integer", "Seconds that the object is given to end; 0 to remove it at once."),
  query(
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "boolean",
    "`true` to remove an object that cannot be read from the store, whatever depends on it.",
  ),
  query("orphanDependents", "boolean", "Deprecated, see propagationPolicy: `true` to leave dependents alone."),
  query(
    "propagationPolicy",
    "string",
    "What becomes of dependents: `Orphan` leaves them alone, `Background` deletes them afterwards, `Foreground` before the object.",
  ),
];

const SELECT = [
  query("continue", "string", "The token of the page before, to get the next one."),
  query("fieldSelector", "string", "Restricts the answer to objects whose fields have these values."),
  query("labelSelector", "string", "Restricts the answer to objects whose labels match."),
  query("limit", "integer", "The most objects to answer with; there is a token for the rest."),
  RESOURCE_VERSION,
  query("resourceVersionMatch", "string", "How resourceVersion is meant: `NotOlderThan` or `Exact`."),
  query(
    "sendInitialEvents",
    "boolean",
    "`true` for a watch that begins with an event for every object there is and marks their end with a bookmark.",
  ),
  query("shardSelector", "string", "Restricts the answer to a share of the objects."),
  query("timeoutSeconds", "integer", "Seconds after which a list fails or a watch ends."),
];

const LIST = [
  query("allowWatchBookmarks", "boolean", "`true` to have the watch tell now and then how far it is."),
  ...SELECT,
  query("watch", "boolean", "`true` for a stream of the changes instead of the list."),
];

/** Query parameters by what is done, beside `pretty`. */
export const PARAMETERS = {
  get: [],
  getCustom: [RESOURCE_VERSION],
  list: LIST,
  write: WRITE,
  patch: [...WRITE, query("force", "boolean", "`true` for a server-side apply that takes over the fields of others.")],
  delete: DELETE,
  deleteCollection: [...DELETE, ...SELECT],
} as const satisfies Record<string, readonly Parameter[]>;
