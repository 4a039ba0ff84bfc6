import { quote } from "../../apimachinery/go-text.ts";
import { formatMicroTime } from "../../apimachinery/time/timestamp.ts";
import type { AuditEvent } from "./event.ts";

/** An event in the older format, a line for people (k8s.io/apiserver, pkg/audit/format.go). */
export function legacyText(event: AuditEvent): string {
  const { user, impersonatedUser: as, objectRef, responseStatus, sourceIPs } = event;
  const values = {
    id: event.auditID,
    stage: event.stage,
    ip: sourceIPs[0] ?? "<unknown>",
    method: event.verb,
    user: user.username || "<none>",
    groups: user.username && user.groups?.length ? listed(user.groups) : "<none>",
    as: as === undefined ? "<self>" : (as.username ?? ""),
    asgroups: as?.groups === undefined ? "<lookup>" : listed(as.groups),
    "user-agent": event.userAgent ?? "",
    namespace: objectRef?.namespace || "<none>",
    uri: event.requestURI,
    response: responseStatus === undefined ? "<deferred>" : String(responseStatus.code ?? 0),
  };
  const told = Object.entries(values).map(([name, value]) => `${name}=${quote(value)}`);
  return `${goTime(event.requestReceivedTimestamp)} AUDIT: ${told.join(" ")}`;
}

const listed = (items: readonly string[]) => items.map(quote).join(",");

/** RFC 3339 without zeros at the end, as Go's RFC3339Nano. */
const goTime = (time: number) => formatMicroTime(time).replace(/\.?0+Z$/, "Z");
