import type { Status } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";

/** How much is told of a request: each level tells all that those before it tell. */
export const LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type Level = (typeof LEVELS)[number];

/** Where a request is on its way. */
export const STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type Stage = (typeof STAGES)[number];

/** Who, as authentication.k8s.io tells it. Nobody is known of a request that could not be authenticated. */
export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a request is about; members that are empty are left out. */
export interface ObjectReference {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

/** What an answer says of itself; of a Status that was sent more than the code. */
export type ResponseStatus = Pick<Status, "message" | "reason" | "details" | "code"> & { readonly status?: string };

/**
 * audit.k8s.io/v1 Event: one stage of one request (k8s.io/apiserver, pkg/apis/audit/v1/types.go). Never changed once it has been made: those who
 * write it down may do so later.
 */
export interface AuditEvent {
  readonly level: Level;
  readonly auditID: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  /** The verb of constrained impersonation that it took. */
  readonly impersonationConstraint?: string;
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: ObjectReference;
  readonly responseStatus?: ResponseStatus;
  /** As JSON. */
  readonly requestObject?: string;
  readonly responseObject?: string;
  /** Milliseconds since the epoch, with a fraction. */
  readonly requestReceivedTimestamp: number;
  readonly stageTimestamp: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An event as JSON in one line. */
export const eventText = (event: AuditEvent): string => `{"kind":"Event","apiVersion":"audit.k8s.io/v1",${membersText(event)}}`;

/** The same as an item of a list, which says for all what they are. */
export const itemText = (event: AuditEvent): string => `{${membersText(event)}}`;

/** In the order in which kube-apiserver writes them. Objects are put in as they are, not parsed. */
function membersText(event: AuditEvent): string {
  const { impersonatedUser, impersonationConstraint, responseStatus, annotations } = event;
  const { asked, from } = isOfLast(event) ? last : remembered(event);
  let text = `"level":"${event.level}","auditID":${escaped(json(event.auditID))}`;
  text += `,"stage":"${event.stage}"${asked}`;
  if (impersonatedUser !== undefined) text += `,"impersonatedUser":${escaped(json(impersonatedUser))}`;
  if (impersonationConstraint !== undefined) text += `,"authenticationMetadata":${escaped(json({ impersonationConstraint }))}`;
  text += from;
  if (responseStatus !== undefined) text += `,"responseStatus":{"metadata":{}${membersOf(responseStatus)}}`;
  if (event.requestObject !== undefined) text += `,"requestObject":${escaped(event.requestObject)}`;
  if (event.responseObject !== undefined) text += `,"responseObject":${escaped(event.responseObject)}`;
  const received = microTime(event.requestReceivedTimestamp);
  const reached = event.stageTimestamp === event.requestReceivedTimestamp ? received : microTime(event.stageTimestamp);
  text += `,"requestReceivedTimestamp":"${received}","stageTimestamp":"${reached}"`;
  if (annotations !== undefined) text += `,"annotations":${escaped(json(annotations))}`;
  return text;
}

/** What all events of a request say alike. */
type Alike = Pick<AuditEvent, "requestURI" | "verb" | "user" | "sourceIPs" | "userAgent" | "objectRef">;

/** Of the event that was written last: the next one often is of the same request. */
let last: { readonly event: Alike | undefined; readonly asked: string; readonly from: string } = { event: undefined, asked: "", from: "" };

/** Objects that are the same are those of the same request, but for the addresses, and the user that nobody is. */
function isOfLast({ requestURI, verb, user, sourceIPs, userAgent, objectRef }: AuditEvent): boolean {
  const { event } = last;
  return (
    event !== undefined &&
    event.user === user &&
    event.objectRef === objectRef &&
    event.sourceIPs === sourceIPs &&
    event.requestURI === requestURI &&
    event.verb === verb &&
    event.userAgent === userAgent
  );
}

/** Holds on to nothing that is large. */
function remembered({ requestURI, verb, user, sourceIPs, userAgent, objectRef }: AuditEvent): typeof last {
  const event = { requestURI, verb, user, sourceIPs, userAgent, objectRef };
  last = { event, ...textsOf(event) };
  return last;
}

function textsOf({ requestURI, verb, user, sourceIPs, userAgent, objectRef }: Alike): { asked: string; from: string } {
  const asked = `,"requestURI":${json(requestURI)},"verb":${json(verb)},"user":${userText(user)}`;
  let from = sourceIPs.length > 0 ? `,"sourceIPs":${json(sourceIPs)}` : "";
  if (userAgent) from += `,"userAgent":${json(userAgent)}`;
  if (objectRef !== undefined) from += `,"objectRef":${json(objectRef)}`;
  return { asked: escaped(asked), from: escaped(from) };
}

const userTexts = new WeakMap<AuditUser, string>();

function userText(user: AuditUser): string {
  let text = userTexts.get(user);
  if (text === undefined) {
    text = json(user);
    userTexts.set(user, text);
  }
  return text;
}

/** The second that was written last: nearly all events are of the same. */
let lastSecond = Number.NaN;
let lastText = "";

function microTime(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = formatTime(second * 1000).slice(0, -1);
  }
  const micros = Math.floor((time - second * 1000) * 1000);
  return `${lastText}.${String(micros).padStart(6, "0")}Z`;
}

const json = (value: unknown): string => JSON.stringify(value);

function membersOf({ status, message, reason, details, code }: ResponseStatus): string {
  if (status === undefined && message === undefined && code !== undefined) return `,"code":${code}`;
  const members = escaped(json({ status, message, reason, details, code })).slice(1, -1);
  return members === "" ? "" : `,${members}`;
}

/** As Go's encoder writes it, so that it does no harm on a page. */
const escaped = (text: string): string =>
  UNESCAPED.test(text) ? text.replace(EACH, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`) : text;

const UNESCAPED = /[<>&\u2028\u2029]/;
const EACH = /[<>&\u2028\u2029]/g;
