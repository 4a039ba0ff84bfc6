import { describe, expect, it } from "vitest";
import { compactRules, missingRights, TooManyRightsError } from "./covers.ts";
import type { PolicyRule } from "./policy-rule.ts";

const on = (verbs: string, resources: string, groups = "", names?: string): PolicyRule => ({
  verbs: verbs.split(" "),
  apiGroups: groups.split(" "),
  resources: resources.split(" "),
  ...(names !== undefined && { resourceNames: names.split(" ") }),
});
const get = (...paths: string[]): PolicyRule => ({ verbs: ["get"], nonResourceURLs: paths });

describe("rights that are missing", () => {
  it("are told one by one", () => {
    expect(missingRights([on("get", "pods")], [on("get list", "pods gears", " a.io")])).toEqual([
      on("list", "pods"),
      on("get", "gears"),
      on("list", "gears"),
      on("get", "pods", "a.io"),
      on("list", "pods", "a.io"),
      on("get", "gears", "a.io"),
      on("list", "gears", "a.io"),
    ]);
    expect(missingRights([get("/a")], [get("/a", "/b")])).toEqual([get("/b")]);
  });

  it.each<[string, PolicyRule, PolicyRule]>([
    ["all verbs", on("*", "pods"), on("get fly *", "pods")],
    ["all groups", on("get", "pods", "*"), on("get", "pods", "a.io *")],
    ["all resources", on("get", "*"), on("get", "pods pods/status *")],
    ["a subresource of all", on("get", "*/status"), on("get", "pods/status */status")],
    ["all names", on("get", "pods"), on("get", "pods", "", "one")],
    ["some of the names", on("get", "pods", "", "one two"), on("get", "pods", "", "two")],
    ["all paths", get("*"), get("/a", "/b/*", "*")],
    ["what follows", get("/a/*"), get("/a/b", "/a/*")],
  ])("are none where one has %s", (_, held, wanted) => {
    expect(missingRights([held], [wanted])).toEqual([]);
  });

  it.each<[string, PolicyRule, PolicyRule]>([
    ["one verb for all", on("get", "pods"), on("*", "pods")],
    ["one resource for all", on("get", "pods"), on("get", "*")],
    ["a subresource for the whole", on("get", "*/status"), on("get", "pods")],
    ["all of a resource for its subresource", on("get", "pods"), on("get", "pods/status")],
    ["a name for all", on("get", "pods", "", "one"), on("get", "pods")],
    ["another name", on("get", "pods", "", "one"), on("get", "pods", "", "two")],
    ["a path for what follows", get("/a"), get("/a/*")],
    ["resources for paths", on("*", "*", "*"), get("/a")],
    ["paths for resources", { verbs: ["*"], nonResourceURLs: ["*"] }, on("get", "pods")],
  ])("are all where one has %s", (_, held, wanted) => {
    expect(missingRights([held], [wanted])).toEqual([wanted]);
  });
});

describe("very many rights", () => {
  const many = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const thousandMillion: PolicyRule = { verbs: many(1_000, "v"), apiGroups: many(1_000, "g"), resources: many(1_000, "r") };

  it("are none where a rule that is held says as much, and else are not looked at", () => {
    expect(missingRights([on("get", "pods"), thousandMillion], [thousandMillion])).toEqual([]);
    expect(missingRights([on("*", "*", "*")], [thousandMillion])).toEqual([]);
    expect(() => missingRights([on("get", "pods")], [thousandMillion])).toThrow(TooManyRightsError);
    expect(() => missingRights([], [{ verbs: many(200, "v"), nonResourceURLs: many(200, "/") }])).toThrow("40000 rights are more");
  });

  it("are compared in no time where the lists are long", () => {
    const long: PolicyRule = { verbs: ["get"], apiGroups: [""], resources: many(200_000, "r") };
    const start = performance.now();
    expect(missingRights([long], [long])).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

it("rights on one resource are told as one rule", () => {
  const rights = [
    on("get", "pods"),
    on("list", "pods"),
    on("get", "pods", "", "one"),
    get("/a"),
    get("/b"),
    on("get", "pods"),
    on("list", "gears"),
  ];
  expect(compactRules(rights)).toEqual([get("/a"), get("/b"), on("get list", "pods"), on("get", "pods", "", "one"), on("list", "gears")]);
});
