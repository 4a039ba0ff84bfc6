import { beforeEach, describe, expect, it } from "vitest";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import {
  ALLOW,
  AuthorizationError,
  authorize,
  DENY,
  type Decision,
  denial,
  type NamedAuthorizer,
  NO_OPINION,
  Permission,
  union,
} from "./authorizer.ts";

const attributes = (method: string, path: string, name = "bob") => ({
  user: { name, groups: [] },
  info: requestInfo(method, path, Query.empty),
});
const textOf = (method: string, path: string, name?: string) => denial(attributes(method, path, name)).message;

describe("a denial", () => {
  it("says who cannot do what, and where", () => {
    expect(textOf("GET", "/api/v1/namespaces/ns/configmaps/one")).toBe(
      'configmaps "one" is forbidden: User "bob" cannot get resource "configmaps" in API group "" in the namespace "ns"',
    );
    expect(textOf("PUT", "/apis/a.io/v1/things/one/status")).toBe(
      'things.a.io "one" is forbidden: User "bob" cannot update resource "things/status" in API group "a.io" at the cluster scope',
    );
    expect(textOf("GET", "/metrics")).toBe('forbidden: User "bob" cannot get path "/metrics"');
  });

  it("escapes for pages what came from outside", () => {
    expect(textOf("GET", "/api/v1/namespaces/ns/configmaps/one", "a<b>&c")).toBe(
      'configmaps "one" is forbidden: User "a&lt;b&gt;&amp;c" cannot get resource "configmaps" in API group "" in the namespace "ns"',
    );
    expect(textOf("GET", '/a<"b')).toBe('forbidden: User "bob" cannot get path "/a&lt;\\"b"');
  });

  it("ends with the reason, if there is one", () => {
    expect(denial(attributes("GET", "/metrics"), "because").message).toMatch(/"\/metrics": because$/);
  });
});

describe("authorizers", () => {
  const asked: string[] = [];
  const named = (name: string, decision: Decision, later = false): NamedAuthorizer => ({
    name,
    authorizer: () => {
      asked.push(name);
      return later ? Promise.resolve(decision) : decision;
    },
  });
  beforeEach(() => {
    asked.length = 0;
  });

  it.each([false, true])("are asked in turn until one has an opinion (later: %s)", async (later) => {
    const decision = await union([named("a", NO_OPINION, later), named("b", ALLOW, later), named("c", DENY)])(attributes("GET", "/"));
    expect(decision).toEqual(ALLOW);
    expect(asked).toEqual(["a", "b"]);
    expect(await union([named("a", DENY, later), named("b", ALLOW)])(attributes("GET", "/"))).toEqual(DENY);
  });

  it.each([false, true])("tell all that they know where none has an opinion (later: %s)", async (later) => {
    const none: Decision = { verdict: "no-opinion", reason: "one", error: "broken" };
    const chain = [
      named("a", none, later),
      named("b", NO_OPINION, later),
      named("c", { ...none, reason: "two" }),
      named("d", { ...none, error: "lost" }),
    ];
    expect(await union(chain)(attributes("GET", "/"))).toEqual({
      verdict: "no-opinion",
      reason: "a: one\nc: two\nd: one",
      error: "[broken, lost]",
    });
  });

  it("refuse with the reason, and what could not be found out is no refusal", async () => {
    expect(() => authorize(union([]), attributes("GET", "/"))).toThrow('User "bob" cannot get path "/"');
    const reason = { verdict: "deny", reason: "because" } as const;
    expect(() => authorize(() => reason, attributes("GET", "/"))).toThrow('User "bob" cannot get path "/": because');
    await expect(authorize(async () => ({ ...reason, error: "broken" }), attributes("GET", "/"))).rejects.toThrow(AuthorizationError);
    expect(authorize(() => ({ verdict: "allow", error: "broken" }), attributes("GET", "/"))).toBeInstanceOf(Permission);
  });
});
