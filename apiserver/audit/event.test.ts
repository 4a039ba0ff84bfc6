import { describe, expect, it } from "vitest";
import { type AuditEvent, eventText } from "./event.ts";
import { legacyText } from "./legacy-text.ts";

const EVENT: AuditEvent = {
  level: "Request",
  auditID: "i",
  stage: "ResponseComplete",
  requestURI: "/api/v1/namespaces/a/configmaps?x=1&y=<2>",
  verb: "create",
  user: { username: "jane", groups: ["devs"] },
  sourceIPs: ["10.0.0.1"],
  requestReceivedTimestamp: Date.UTC(2024, 1, 3, 4, 5, 6, 789),
  stageTimestamp: Date.UTC(2024, 1, 3, 4, 5, 6, 790) + 0.25,
};

describe("an event as JSON", () => {
  it("has its members in kube-apiserver's order and spelling", () => {
    const event: AuditEvent = {
      ...EVENT,
      impersonatedUser: { username: "joe" },
      impersonationConstraint: "impersonate:user-info",
      userAgent: "curl",
      objectRef: { resource: "configmaps", namespace: "a", apiVersion: "v1" },
      responseStatus: { code: 201 },
      requestObject: '{"data":{"a":"<&>"}}',
      annotations: { a: "b" },
    };
    expect(eventText(event)).toBe(
      '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"i","stage":"ResponseComplete",' +
        '"requestURI":"/api/v1/namespaces/a/configmaps?x=1\\u0026y=\\u003c2\\u003e","verb":"create","user":{"username":"jane","groups":["devs"]},' +
        '"impersonatedUser":{"username":"joe"},"authenticationMetadata":{"impersonationConstraint":"impersonate:user-info"},' +
        '"sourceIPs":["10.0.0.1"],"userAgent":"curl","objectRef":{"resource":"configmaps","namespace":"a","apiVersion":"v1"},' +
        '"responseStatus":{"metadata":{},"code":201},"requestObject":{"data":{"a":"\\u003c\\u0026\\u003e"}},' +
        '"requestReceivedTimestamp":"2024-02-03T04:05:06.789000Z","stageTimestamp":"2024-02-03T04:05:06.790250Z","annotations":{"a":"b"}}',
    );
  });

  it("is that of its own request, whatever was written before", () => {
    const events = [
      EVENT,
      { ...EVENT, stage: "RequestReceived" as const },
      { ...EVENT, verb: "get" },
      { ...EVENT, user: { username: "joe" } },
    ];
    const others = [{ ...EVENT, userAgent: "a" }, { ...EVENT, objectRef: { name: "x" } }, { ...EVENT, sourceIPs: [] }, EVENT];
    for (const event of [...events, ...others]) {
      const { verb, user, stage, userAgent, objectRef, sourceIPs = [] } = JSON.parse(eventText(event));
      expect({ ...EVENT, verb, user, stage, userAgent, objectRef, sourceIPs }).toEqual(event);
    }
  });

  it("is one line, whatever is in it", () => {
    const text = eventText({ ...EVENT, userAgent: 'a\n"b"\u2028', auditID: "\r\n" });
    expect(text).not.toMatch(/[\r\n\u2028]/);
    expect(JSON.parse(text)).toMatchObject({ userAgent: 'a\n"b"\u2028', auditID: "\r\n" });
  });

  it("tells of a Status what stands in it, the code last", () => {
    const responseStatus = { code: 404, reason: "NotFound", message: "no", details: { name: "x" }, status: "Failure" } as const;
    expect(eventText({ ...EVENT, responseStatus })).toContain(
      '"responseStatus":{"metadata":{},"status":"Failure","message":"no","reason":"NotFound","details":{"name":"x"},"code":404}',
    );
  });
});

describe("an event in the older format", () => {
  it("is a line with what matters", () => {
    expect(legacyText({ ...EVENT, user: {}, sourceIPs: [] })).toBe(
      '2024-02-03T04:05:06.789Z AUDIT: id="i" stage="ResponseComplete" ip="<unknown>" method="create" user="<none>" groups="<none>" as="<self>" ' +
        'asgroups="<lookup>" user-agent="" namespace="<none>" uri="/api/v1/namespaces/a/configmaps?x=1&y=<2>" response="<deferred>"',
    );
    const event = {
      ...EVENT,
      impersonatedUser: { username: "joe", groups: ["a", "b"] },
      objectRef: { namespace: "n" },
      responseStatus: { code: 201 },
    };
    expect(legacyText(event)).toBe(
      '2024-02-03T04:05:06.789Z AUDIT: id="i" stage="ResponseComplete" ip="10.0.0.1" method="create" user="jane" groups="\\"devs\\"" as="joe" ' +
        'asgroups="\\"a\\",\\"b\\"" user-agent="" namespace="n" uri="/api/v1/namespaces/a/configmaps?x=1&y=<2>" response="201"',
    );
  });
});
