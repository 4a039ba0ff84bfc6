import { describe, expect, it } from "vitest";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { authorize, denial } from "./authorizer.ts";

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
  it("are asked in turn until one has an opinion", async () => {
    const asked: string[] = [];
    const authorizer = (name: string, verdict: "allow" | "deny" | "no-opinion") => async () => {
      asked.push(name);
      return verdict;
    };
    await authorize([authorizer("a", "no-opinion"), authorizer("b", "allow"), authorizer("c", "deny")], attributes("GET", "/"));
    expect(asked).toEqual(["a", "b"]);
    await expect(authorize([authorizer("a", "deny"), authorizer("b", "allow")], attributes("GET", "/"))).rejects.toMatchObject({
      code: 403,
    });
    expect(() => authorize([], attributes("GET", "/"))).toThrow('User "bob" cannot get path "/"');
  });
});
