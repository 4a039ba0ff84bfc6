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

/** An event as JSON in one line, its members in the order in which kube-apiserver writes them. Objects are put in as they are, not parsed. */
export function eventText(event: AuditEvent): string {
  const { impersonatedUser, impersonationConstraint, sourceIPs, userAgent, objectRef, responseStatus, annotations } = event;
  let text = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${event.level}","auditID":${json(event.auditID)}`;
  text += `,"stage":"${event.stage}","requestURI":${json(event.requestURI)},"verb":${json(event.verb)},"user":${json(event.user)}`;
  if (impersonatedUser !== undefined) text += `,"impersonatedUser":${json(impersonatedUser)}`;
  if (impersonationConstraint !== undefined) text += `,"authenticationMetadata":${json({ impersonationConstraint })}`;
  if (sourceIPs.length > 0) text += `,"sourceIPs":${json(sourceIPs)}`;
  if (userAgent) text += `,"userAgent":${json(userAgent)}`;
  if (objectRef !== undefined) text += `,"objectRef":${json(objectRef)}`;
  if (responseStatus !== undefined) text += `,"responseStatus":{"metadata":{}${membersOf(responseStatus)}}`;
  // what stands in front may be followed by objects of megabytes: they are not looked through for what follows
  text = escaped(text);
  if (event.requestObject !== undefined) text += `,"requestObject":${escaped(event.requestObject)}`;
  if (event.responseObject !== undefined) text += `,"responseObject":${escaped(event.responseObject)}`;
  const received = microTime(event.requestReceivedTimestamp);
  const reached = event.stageTimestamp === event.requestReceivedTimestamp ? received : microTime(event.stageTimestamp);
  text += `,"requestReceivedTimestamp":"${received}","stageTimestamp":"${reached}"`;
  if (annotations !== undefined) text += `,"annotations":${escaped(json(annotations))}`;
  return `${text}}`;
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
  const members = json({ status, message, reason, details, code }).slice(1, -1);
  return members === "" ? "" : `,${members}`;
}

/** As Go's encoder writes it, so that it does no harm on a page. */
const escaped = (text: string): string =>
  UNESCAPED.test(text) ? text.replace(EACH, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`) : text;

const UNESCAPED = /[<>&\u2028\u2029]/;
const EACH = /[<>&\u2028\u2029]/g;
