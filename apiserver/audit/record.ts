import { stringify } from "../../apimachinery/json/stringify.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { Status } from "../../apimachinery/status/status.ts";
import { userInfoOf } from "../authentication/self-subject-review.ts";
import type { Decision } from "../authorization/authorizer.ts";
import { type Eventual, whenThere } from "../eventual.ts";
import { type ApiRequest, type ApiResponse, isStream, type UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import type { AuditEvent, AuditUser, Level, ObjectReference, ResponseStatus, Stage } from "./event.ts";
import { LONGEST_OBJECT, objectText } from "./object-text.ts";
import type { Treatment } from "./policy.ts";
import { RecordedStream } from "./recorded-stream.ts";
import { sourceIps } from "./source-ips.ts";

/** Who decides how requests are recorded, and takes the events. */
export interface Recorder {
  treatmentOf(info: RequestInfo, user: UserInfo | undefined): Treatment;
  record(event: AuditEvent): Eventual<boolean>;
  /** A request is refused because it could not be recorded. */
  rejected(): void;
}

/**
 * What is recorded of one request: it learns of the request on its way, and makes an event at each stage (k8s.io/apiserver, pkg/audit/context.go,
 * request.go, pkg/endpoints/filters/audit.go). How much of it is told is known once its sender is.
 */
export class AuditRecord {
  readonly #recorder: Recorder;
  readonly #request: ApiRequest;
  readonly #info: RequestInfo;
  readonly #id: string;
  readonly #received = Date.now();
  readonly #began = performance.now();
  #treatment: Treatment | undefined;
  /** What the events have in common. */
  #common: Common | undefined;
  #impersonated: AuditUser | undefined;
  #constraint: string | undefined;
  #objectRef: ObjectReference | undefined;
  #responseStatus: ResponseStatus | undefined;
  #requestObject: string | undefined;
  #responseObject: string | undefined;
  #annotations: Readonly<{ [key: string]: string }> | undefined;
  #panicked = false;
  /** Nothing more is told. */
  #over = false;

  constructor(recorder: Recorder, request: ApiRequest, info: RequestInfo, id: string) {
    this.#recorder = recorder;
    this.#request = request;
    this.#info = info;
    this.#id = id;
  }

  /** Whether requests' objects are recorded. */
  get wantsObjects(): boolean {
    const level = this.#treatment?.level;
    return level === "Request" || level === "RequestResponse";
  }

  /** Whether what is answered is recorded: elsewhere it need not be made ready. */
  get wantsResponses(): boolean {
    return this.#treatment?.level === "RequestResponse";
  }

  get omitsManagedFields(): boolean {
    return this.#treatment?.omitManagedFields === true;
  }

  /** The request has come in, and its sender is known. False: it has to be refused. */
  received(sender: UserInfo): Eventual<boolean> {
    // time ran out before: it has been told as one without a sender
    if (this.#treatment !== undefined) return true;
    this.#judge(sender);
    return whenThere(this.#stage("RequestReceived"), (recorded) => {
      if (recorded) return true;
      this.#over = true;
      this.#recorder.rejected();
      return false;
    });
  }

  #judge(user: UserInfo | undefined): Treatment {
    const treatment = this.#recorder.treatmentOf(this.#info, user);
    this.#treatment = treatment;
    if (treatment.level === "None") return treatment;
    const { headers } = this.#request;
    this.#common = {
      requestURI: uriOf(this.#request),
      user: user === undefined ? NOBODY : shownUser(user),
      sourceIPs: sourceIps(this.#request),
      userAgent: shownAgent(headers["user-agent"]),
    };
    if (this.#info.isResource) this.#objectRef = referenceTo(this.#info);
    return treatment;
  }

  /** The request is made as somebody else from here on. @param constraint the verb that it took, if it was a constrained one */
  impersonated(user: UserInfo, constraint: string | undefined): void {
    this.#impersonated = shownUser(user);
    this.#constraint = constraint;
  }

  /** Whether the request is allowed has been decided. */
  decided({ verdict, reason = "", error }: Decision): void {
    if (verdict !== "allow" && error !== undefined) this.annotate("authorization.k8s.io/reason", "internal error");
    else {
      this.annotate("authorization.k8s.io/decision", verdict === "allow" ? "allow" : "forbid");
      this.annotate("authorization.k8s.io/reason", reason);
    }
  }

  /** Says something more; what was said first stays. */
  annotate(key: string, value: string): void {
    const before = this.#annotations;
    if (before === undefined) this.#annotations = { [key]: value };
    else if (!(key in before)) {
      const all = Object.entries(before);
      // they are told in order, and nearly always come so
      const sorted = key > (all.at(-1)?.[0] ?? "");
      this.#annotations = sorted
        ? { ...before, [key]: value }
        : Object.fromEntries([...all, [key, value] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
    }
  }

  /** The object that was sent, decoded. */
  requestObject(object: KubeObject): void {
    if (this.#common === undefined) return;
    const info = this.#info;
    const { namespace = "", name = "", uid = "", resourceVersion = "" } = object.metadata;
    this.#objectRef = referenceTo(info, info.namespace || namespace, info.name || name, uid, resourceVersion);
    if (this.wantsObjects) this.#requestObject = this.#kept(objectText(object, this.omitsManagedFields));
  }

  /** What was sent and is no object: options, a patch. */
  requestDocument(document: unknown): void {
    if (this.wantsObjects) this.#requestObject = this.#kept(stringify(document));
  }

  /** What is answered. */
  responseObject(object: object): void {
    if (this.wantsResponses) this.responseText(objectText(object, this.omitsManagedFields));
  }

  /** The same in JSON, without what is to be left out. */
  responseText(text: string): void {
    if (this.wantsResponses) this.#responseObject = this.#kept(text);
  }

  /** A Status is answered. */
  responseStatus(status: Status): void {
    if (this.#treatment === undefined) this.#judge(undefined);
    const { reason, code } = status;
    this.#responseStatus = !this.wantsObjects && mayQuoteSecret(this.#info, status) ? { status: status.status, reason, code } : status;
    this.responseObject(status);
  }

  #kept(text: string): string | undefined {
    if (text.length <= LONGEST_OBJECT) return text;
    this.annotate("audit.k8s.io/truncated", "true");
    return undefined;
  }

  /** The server itself failed. */
  panicked(error: unknown): void {
    this.#panicked = true;
    const message = `APIServer panic'd: ${error instanceof Error ? error.message : error}`;
    this.#responseStatus = { status: "Failure", message, reason: "InternalError", code: 500 };
  }

  /**
   * The answer is there. Gives the one to send, once the request may be answered. Of a request that failed before its sender was known there is
   * this one event.
   */
  answered(response: ApiResponse): Eventual<ApiResponse> {
    const refused = this.#treatment === undefined || this.#common?.user === NOBODY;
    if (this.#treatment === undefined) this.#judge(undefined);
    if (this.#panicked) return whenThere(this.#stage("Panic"), () => response);
    const { body, status } = response;
    const streams = isStream(body) && this.#request.method !== "HEAD";
    this.#responseStatus = { ...this.#responseStatus, code: streams && wantsUpgrade(this.#request) ? 101 : status };
    if (refused) return whenThere(this.#stage("ResponseStarted"), () => response);
    if (!streams && !runsLong(this.#info)) return whenThere(this.#stage("ResponseComplete"), () => response);
    return whenThere(this.#stage("ResponseStarted"), () => {
      if (!streams) return whenThere(this.#stage("ResponseComplete"), () => response);
      return { ...response, body: new RecordedStream(body, () => void this.#stage("ResponseComplete")) };
    });
  }

  #stage(stage: Stage): Eventual<boolean> {
    const common = this.#common;
    if (common === undefined || this.#over || this.#treatment?.omitStages.has(stage)) return true;
    const received = this.#received;
    return this.#recorder.record({
      level: this.#treatment?.level as Level,
      auditID: this.#id,
      stage,
      ...common,
      verb: this.#info.verb,
      impersonatedUser: this.#impersonated,
      impersonationConstraint: this.#constraint,
      objectRef: this.#objectRef,
      responseStatus: this.#responseStatus,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      requestReceivedTimestamp: received,
      stageTimestamp: stage === "RequestReceived" ? received : received + performance.now() - this.#began,
      annotations: this.#annotations,
    });
  }
}

type Common = Pick<AuditEvent, "requestURI" | "user" | "sourceIPs" | "userAgent">;

/** Of a request that was refused before its sender was known. */
const NOBODY: AuditUser = {};

/** As it was sent, but for a token in the query, where some clients put it. */
function uriOf({ path, query }: ApiRequest): string {
  if (query === "") return path;
  return `${path}?${query.includes("access_token") ? query.replace(/(^|&)(access_token=)[^&]*/g, "$1$2REDACTED") : query}`;
}

/** Who sends many requests is the same object in each, as a rule. */
const shownUsers = new WeakMap<UserInfo, AuditUser>();

function shownUser(user: UserInfo): AuditUser {
  let shown = shownUsers.get(user);
  if (shown === undefined) {
    shown = userInfoOf(user);
    shownUsers.set(user, shown);
  }
  return shown;
}

/** Members that are empty are left out. */
function referenceTo(info: RequestInfo, namespace = info.namespace, name = info.name, uid = "", resourceVersion = ""): ObjectReference {
  const { resource, group, version, subresource } = info;
  return {
    resource: resource || undefined,
    namespace: namespace || undefined,
    name: name || undefined,
    uid: uid || undefined,
    apiGroup: group || undefined,
    apiVersion: version || undefined,
    resourceVersion: resourceVersion || undefined,
    subresource: subresource || undefined,
  };
}

/** Whether what is wrong with a request may be told with what was sent, and that is nothing for everybody's eyes. */
const mayQuoteSecret = ({ group, resource, subresource }: RequestInfo, { reason, status }: Status): boolean =>
  status === "Failure" && SECRET.has(`${group}/${resource}/${subresource}`) && (reason === undefined || QUOTING.has(reason));

/** What holds secrets, or is asked with one. */
const SECRET = new Set(["/secrets/", "/serviceaccounts/token", "authentication.k8s.io/tokenreviews/"]);

/** Failures that quote. */
const QUOTING = new Set(["BadRequest", "Invalid", "InternalError"]);

const LONGEST_AGENT = 1024;

const shownAgent = (agent: string | undefined) =>
  agent !== undefined && agent.length > LONGEST_AGENT ? `${agent.slice(0, LONGEST_AGENT)}...TRUNCATED` : agent;

const LONG_SUBRESOURCES = new Set(["attach", "exec", "proxy", "log", "portforward"]);

/** Whether the beginning of the answer is a stage of its own (kubernetes, cmd/kube-apiserver/app/options). */
const runsLong = ({ isResource, verb, subresource }: RequestInfo) =>
  isResource && (verb === "watch" || verb === "proxy" || LONG_SUBRESOURCES.has(subresource));

const wantsUpgrade = ({ headers }: ApiRequest) => headers.upgrade?.toLowerCase() === "websocket";
