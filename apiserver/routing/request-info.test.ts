import { describe, expect, it } from "vitest";
import { Query } from "./query.ts";
import { requestInfo, UndeterminedUrlError } from "./request-info.ts";

const info = (method: string, target: string) => {
  const [path = "", query = ""] = target.split("?");
  const { verb, isResource, group, version, namespace, resource, subresource, name } = requestInfo(method, path, Query.parse(query));
  return isResource ? [verb, group, version, namespace, resource, name, subresource].join("|") : `${verb} ${path}`;
};

describe("request info", () => {
  it.each([
    ["GET", "/api/v1/namespaces/a/configmaps/b", "get||v1|a|configmaps|b|"],
    ["GET", "/api/v1/namespaces/a/configmaps", "list||v1|a|configmaps||"],
    ["GET", "/api/v1/configmaps?watch=1", "watch||v1||configmaps||"],
    ["GET", "/api/v1/configmaps?watch=false", "list||v1||configmaps||"],
    ["DELETE", "/api/v1/namespaces/a/configmaps", "deletecollection||v1|a|configmaps||"],
    ["POST", "/apis/apps/v1/namespaces/a/things", "create|apps|v1|a|things||"],
    ["PATCH", "/apis/g.io/v1/things/x/status", "patch|g.io|v1||things|x|status"],
    ["GET", "/api/v1/watch/namespaces/a/configmaps/b", "watch||v1|a|configmaps|b|"],
    ["OPTIONS", "/api/v1/configmaps", "||v1||configmaps||"],
  ])("reads %s %s", (method, target, wanted) => {
    expect(info(method, target)).toBe(wanted);
  });

  it("takes a namespace for a thing in itself, with its status and finalize", () => {
    expect(info("GET", "/api/v1/namespaces/a")).toBe("get||v1|a|namespaces|a|");
    expect(info("PUT", "/api/v1/namespaces/a/finalize")).toBe("update||v1|a|namespaces|a|finalize");
    expect(info("GET", "/api/v1/namespaces/a/status")).toBe("get||v1|a|namespaces|a|status");
  });

  it("authorizes a list of one name as a request for that name", () => {
    expect(info("GET", "/api/v1/configmaps?fieldSelector=metadata.name%3Db")).toBe("list||v1||configmaps|b|");
    expect(info("GET", "/api/v1/configmaps?fieldSelector=metadata.name%3Db,x%3Dy")).toBe("list||v1||configmaps|b|");
    expect(info("GET", "/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3D%3Db")).toBe("watch||v1||configmaps|b|");
    for (const selector of ["metadata.name!%3Db", "metadata.name%3D..", "metadata.name%3Da%2Fb", "metadata.name%3Db,c"]) {
      expect(info("GET", `/api/v1/configmaps?fieldSelector=${selector}`)).toBe("list||v1||configmaps||");
    }
    expect(info("DELETE", "/api/v1/namespaces/a/configmaps?fieldSelector=metadata.name%3Db")).toBe("deletecollection||v1|a|configmaps||");
  });

  it("tells authorizers what is selected, where selectors count", () => {
    const selected = (method: string, path: string) => {
      const { fieldSelector, labelSelector } = requestInfo(method, path, Query.parse("fieldSelector=a%3Db&labelSelector=c"));
      return [fieldSelector, labelSelector];
    };
    for (const method of ["GET", "DELETE"]) expect(selected(method, "/api/v1/configmaps")).toEqual(["a=b", "c"]);
    for (const [method, path] of [
      ["POST", "/api/v1/configmaps"],
      ["GET", "/api/v1/namespaces/a/configmaps/b"],
      ["GET", "/api/v1/watch/configmaps"],
      ["GET", "/version"],
    ] as const) {
      expect(selected(method, path)).toEqual([undefined, undefined]);
    }
  });

  it("takes what is no resource by its method and path", () => {
    for (const path of ["/", "/api", "/api/v1", "/apis/apps/v1", "/healthz", "/version"]) expect(info("GET", path)).toBe(`get ${path}`);
  });

  it("takes what follows an object to proxy to for a path there, and no subresource", () => {
    expect(info("GET", "/api/v1/proxy/namespaces/a/pods/b/c/d")).toBe("proxy||v1|a|pods|b|");
  });

  it("cannot tell what a watch of nothing is", () => {
    expect(() => info("GET", "/api/v1/watch")).toThrow(UndeterminedUrlError);
  });
});

describe("the query", () => {
  it("skips pairs with a broken escape or a semicolon, and gives the first of several values", () => {
    const query = Query.parse("a=%zz&b=1;c=2&d=x+y%20z&d=2&&e");
    expect(query.has("a")).toBe(false);
    expect(query.has("b")).toBe(false);
    expect(query.get("d")).toBe("x y z");
    expect(query.all("d")).toEqual(["x y z", "2"]);
    expect(query.get("e")).toBe("");
  });

  it("takes any value but false and 0 for true", () => {
    const query = Query.parse("a=FALSE&b=0&c=no&d");
    expect(["a", "b", "c", "d", "e"].map((name) => query.flag(name))).toEqual([false, false, true, true, false]);
  });
});
