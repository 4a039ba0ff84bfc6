import { beforeEach, describe, expect, it } from "vitest";
import { ALLOW, type Attributes, type Authorizer, NO_OPINION, systemMasters } from "../authorization/authorizer.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { Impersonation } from "./impersonation.ts";

/** Names and values in turn, as they come from a connection. */
type Headers = readonly (readonly [string, string])[];

const requestOf = (headers: Headers): ApiRequest => {
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = joined[key] === undefined ? value : `${joined[key]}, ${value}`;
  }
  return {
    method: "GET",
    path: "/api/v1/namespaces/ns/configmaps",
    query: "",
    headers: joined,
    rawHeaders: headers.flat(),
    connection: { remoteAddress: "", clientCertificate: undefined },
    readBody: async () => new Uint8Array(),
  };
};
const LIST = requestInfo("GET", "/api/v1/namespaces/ns/configmaps", Query.empty);
const admin: UserInfo = { name: "admin", groups: ["system:masters"] };
const robot: UserInfo = { name: "robot", groups: ["system:authenticated"] };

describe("impersonation by an administrator", () => {
  const as = async (...headers: Headers) => new Impersonation(systemMasters).userOf(requestOf(headers), LIST, admin);
  const groupsOf = async (...headers: Headers) => (await as(...headers)).groups;

  it("makes the sender whom it asks to be", async () => {
    expect(await as()).toBe(admin);
    expect(
      await as(
        ["Impersonate-User", "bob"],
        ["Impersonate-Uid", "u-1"],
        ["Impersonate-Extra-Scopes", "x"],
        ["Impersonate-Extra-Example.com%2Fteam", "z"],
        ["impersonate-extra-scopes", "y"],
      ),
    ).toEqual({
      name: "bob",
      uid: "u-1",
      groups: ["system:authenticated"],
      extra: { scopes: ["x", "y"], "example.com/team": ["z"] },
    });
  });

  it("reads names as the UTF-8 that people write", async () => {
    const bytes = (text: string) => Buffer.from(text).toString("latin1");
    const user = await as(["Impersonate-User", bytes("jürgen")], ["Impersonate-Group", bytes("日向")], ["Impersonate-Extra-S", bytes("é")]);
    expect(user).toEqual({ name: "jürgen", groups: ["日向", "system:authenticated"], extra: { s: ["é"] } });
  });

  it("keeps groups apart that come in headers of their own, and one together that has a comma in it", async () => {
    expect(await groupsOf(["Impersonate-User", "bob"], ["Impersonate-Group", "z"], ["Impersonate-Group", "a, b"])).toEqual([
      "z",
      "a, b",
      "system:authenticated",
    ]);
    expect(await groupsOf(["Impersonate-User", "bob"], ["Impersonate-Group", ""])).toEqual(["", "system:authenticated"]);
    expect(await groupsOf(["Impersonate-User", "bob"], ["Impersonate-Group", "z"], ["Impersonate-Group", "z"])).toEqual([
      "z",
      "z",
      "system:authenticated",
    ]);
  });

  it("takes the first of several users", async () => {
    expect((await as(["Impersonate-User", "bob"], ["Impersonate-User", "eve"])).name).toBe("bob");
  });

  it("adds the groups that go without saying", async () => {
    const account = "system:serviceaccount:ns:x";
    const ofAccounts = ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"];
    expect(await groupsOf(["Impersonate-User", account])).toEqual(ofAccounts);
    expect(await groupsOf(["Impersonate-User", account], ["Impersonate-Group", "g"])).toEqual(["g", "system:authenticated"]);
    expect(await groupsOf(["Impersonate-User", "system:serviceaccount:ns:Bad_Name"])).toEqual(["system:authenticated"]);
    expect(await groupsOf(["Impersonate-User", "system:serviceaccount:ns"])).toEqual(["system:authenticated"]);
    expect(await groupsOf(["Impersonate-User", "system:anonymous"])).toEqual(["system:unauthenticated"]);
    expect(await groupsOf(["Impersonate-User", "bob"], ["Impersonate-Group", "system:unauthenticated"])).toEqual([
      "system:unauthenticated",
    ]);
    expect(await groupsOf(["Impersonate-User", "bob"], ["Impersonate-Group", "system:authenticated"], ["Impersonate-Group", "a"])).toEqual([
      "system:authenticated",
      "a",
    ]);
  });

  it("needs a user", async () => {
    const requested = (printed: string) => `requested &user.DefaultInfo{${printed}} without impersonating a user name`;
    await expect(as(["Impersonate-Group", "a"])).rejects.toMatchObject({
      code: 400,
      message: requested('Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string(nil)'),
    });
    await expect(as(["Impersonate-User", ""], ["Impersonate-Uid", "a"])).rejects.toThrow(
      requested('Name:"", UID:"a", Groups:[]string(nil), Extra:map[string][]string(nil)'),
    );
    await expect(as(["Impersonate-Extra-b", "1"], ["Impersonate-Extra-a", "2"])).rejects.toThrow(
      requested('Name:"", UID:"", Groups:[]string(nil), Extra:map[string][]string{"a":[]string{"2"}, "b":[]string{"1"}}'),
    );
    expect(await as(["Impersonate-User", ""])).toBe(admin);
  });

  it("takes an extra by the name of a prototype for an extra", async () => {
    const { extra } = await as(["Impersonate-User", "bob"], ["Impersonate-Extra-__proto__", "x"]);
    expect(Object.entries(extra ?? {})).toEqual([["__proto__", ["x"]]]);
  });
});

/** `impersonate groups/team-a`, with the group and namespace where there are any. */
const rightOf = ({ info }: Attributes) => {
  const resource = [info.group, info.resource, info.subresource].filter(Boolean).join("/");
  return `${info.verb} ${info.namespace && `${info.namespace}:`}${resource}/${info.name}`;
};

/** Grants the rights listed, and notes what it was asked for. */
function grants(...rights: string[]) {
  const asked: string[] = [];
  const authorizer: Authorizer = (attributes) => {
    asked.push(rightOf(attributes));
    return rights.includes(rightOf(attributes)) ? ALLOW : NO_OPINION;
  };
  const impersonation = new Impersonation(authorizer);
  const as = async (...headers: Headers) => impersonation.userOf(requestOf(headers), LIST, robot);
  return {
    asked,
    rights,
    as,
    refusal: (...headers: Headers) =>
      as(...headers).then(
        () => "",
        ({ message }) => message as string,
      ),
  };
}

const cannot = (what: string, where = "at the cluster scope") => `User "robot" cannot ${what} ${where}`;
const JOAN = ["Impersonate-User", "joan"] as const;
const inGroup = (group: string) => ["Impersonate-Group", group] as const;
const anExtra = (key: string, value: string) => [`Impersonate-Extra-${key}`, value] as const;

describe("impersonation with the verb impersonate", () => {
  const everything = [
    "impersonate users/joan",
    "impersonate groups/team-a",
    "impersonate groups/team-b",
    "impersonate authentication.k8s.io/uids/u-1",
    "impersonate authentication.k8s.io/userextras/scopes/view",
    "impersonate ns:serviceaccounts/other",
  ];
  const all: Headers = [JOAN, ["Impersonate-Uid", "u-1"], inGroup("team-b"), inGroup("team-a"), anExtra("Scopes", "view")];

  it("needs the right over every part of the identity", async () => {
    expect(await grants(...everything).as(...all)).toMatchObject({
      name: "joan",
      uid: "u-1",
      groups: ["team-b", "team-a", "system:authenticated"],
    });
    for (const missing of everything.slice(0, 5)) {
      expect(await grants(...everything.filter((right) => right !== missing)).refusal(...all), missing).toContain("is forbidden");
    }
  });

  it("says which one is missing to who has impersonated so before", async () => {
    const { as, refusal } = grants(...everything);
    await as(JOAN);
    expect(await refusal(["Impersonate-User", "jill"])).toBe(
      `users "jill" is forbidden: ${cannot('impersonate resource "users" in API group ""')}`,
    );
    expect(await refusal(JOAN, inGroup("team-a"), inGroup("team-c"))).toBe(
      `groups "team-c" is forbidden: ${cannot('impersonate resource "groups" in API group ""')}`,
    );
    expect(await refusal(JOAN, inGroup("system:masters"))).toBe(
      `groups "system:masters" is forbidden: ${cannot('impersonate resource "groups" in API group ""')}`,
    );
    expect(await refusal(JOAN, ["Impersonate-Uid", "u-2"])).toBe(
      `uids.authentication.k8s.io "u-2" is forbidden: ${cannot('impersonate resource "uids" in API group "authentication.k8s.io"')}`,
    );
    expect(await refusal(JOAN, anExtra("Scopes", "view"), anExtra("Scopes", "edit"))).toBe(
      `userextras.authentication.k8s.io "edit" is forbidden: ${cannot('impersonate resource "userextras/scopes" in API group "authentication.k8s.io"')}`,
    );
    expect(await refusal(["Impersonate-User", "system:serviceaccount:ns:another"])).toBe(
      `serviceaccounts "another" is forbidden: ${cannot('impersonate resource "serviceaccounts" in API group ""', 'in the namespace "ns"')}`,
    );
    expect((await as(["Impersonate-User", "system:serviceaccount:ns:other"])).name).toBe("system:serviceaccount:ns:other");
  });

  it("is not to be had by a group whose name is a list of others", async () => {
    expect(await grants(...everything).refusal(JOAN, inGroup("team-a, team-b"))).not.toBe("");
  });
});

describe("constrained impersonation", () => {
  const IDENTITY = "impersonate:user-info authentication.k8s.io";
  const rights = [
    "impersonate-on:user-info:list ns:configmaps/",
    `${IDENTITY}/users/joan`,
    `${IDENTITY}/groups/team-a`,
    `${IDENTITY}/userextras/acme.io/scope/view`,
  ];
  const IN_GROUP = 'in API group "authentication.k8s.io"';

  it("needs a right over the request besides that over the identity", async () => {
    expect((await grants(...rights).as(JOAN, inGroup("team-a"), anExtra("acme.io%2Fscope", "view"))).name).toBe("joan");
    expect(await grants(...rights.slice(1)).refusal(JOAN)).toBe(
      `configmaps is forbidden: ${cannot('impersonate-on:user-info:list resource "configmaps" in API group ""', 'in the namespace "ns"')}`,
    );
    expect(await grants(rights[0]!).refusal(JOAN)).toBe(
      `users.authentication.k8s.io "joan" is forbidden: ${cannot(`impersonate:user-info resource "users" ${IN_GROUP}`)}`,
    );
  });

  it("tells what is needed first to who has no right at all, by the sort of user", async () => {
    const { refusal, asked } = grants();
    for (const [user, mode] of [
      ["bob", "user-info"],
      ["system:anonymous", "user-info"],
      ["system:serviceaccount:ns:x", "serviceaccount"],
      ["system:node:x", "arbitrary-node"],
    ] as const) {
      expect(await refusal(["Impersonate-User", user])).toContain(`cannot impersonate-on:${mode}:list resource "configmaps"`);
    }
    expect(asked.slice(0, 2)).toEqual(["impersonate-on:user-info:list ns:configmaps/", "impersonate users/bob"]);
    // a service account in a group can be had by the older sort only
    expect(await refusal(["Impersonate-User", "system:serviceaccount:ns:x"], inGroup("g"))).toContain('serviceaccounts "x" is forbidden');
  });

  it("refuses what the older sort allows", async () => {
    const groups = `User "robot" cannot impersonate:user-info resource "groups" ${IN_GROUP} at the cluster scope`;
    const extras = `userextras.authentication.k8s.io is forbidden: User "robot" cannot impersonate:user-info resource "userextras" ${IN_GROUP} at the cluster scope`;
    const { refusal } = grants(...rights, `${IDENTITY}/groups/system:masters`, `${IDENTITY}/groups/`, `${IDENTITY}/userextras/scopes/x`);
    expect(await refusal(JOAN, inGroup("system:masters"))).toBe(
      `groups.authentication.k8s.io "system:masters" is forbidden: ${groups}: impersonating the system:masters group is not allowed`,
    );
    expect(await refusal(JOAN, inGroup(""))).toBe(
      `groups.authentication.k8s.io is forbidden: ${groups}: impersonating the empty string group is not allowed`,
    );
    expect(await refusal(JOAN, anExtra("scopes", "x"))).toBe(
      `${extras}: impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")`,
    );
    expect(await refusal(JOAN, anExtra("acme.io%2f%41", "x"))).toBe(
      `${extras}: impersonating a non-lowercase key in extra is not allowed: "acme.io/A"`,
    );
    expect(await refusal(JOAN, anExtra("acme.io%2fscope", ""))).toBe(
      `${extras}: impersonating the empty string value in extra is not allowed`,
    );
  });

  it("of many groups or extras asks for all of them at once first", async () => {
    const { as, asked } = grants(...rights, `${IDENTITY}/groups/*`, `${IDENTITY}/userextras/*/*`);
    const many = ["a", "b", "c", "d"];
    await as(JOAN, ...many.map(inGroup), ...many.map((value) => anExtra("acme.io%2Fscope", value)));
    expect(asked).toEqual([rights[0], rights[1], `${IDENTITY}/groups/*`, `${IDENTITY}/userextras/*/*`]);
    expect(await grants(...rights).refusal(JOAN, ...many.map(inGroup))).toContain('groups.authentication.k8s.io "a" is forbidden');
  });

  it("makes a node a member of the nodes", async () => {
    const { as } = grants("impersonate-on:arbitrary-node:list ns:configmaps/", "impersonate:arbitrary-node authentication.k8s.io/nodes/x");
    expect((await as(["Impersonate-User", "system:node:x"])).groups).toEqual(["system:nodes", "system:authenticated"]);
  });
});

it("a right that cannot be found out is one that is missing, and the refusal says what went wrong", async () => {
  const refusalOf = async (reason: { reason?: string }) => {
    const impersonation = new Impersonation(() => ({ verdict: "no-opinion", error: "the webhook is away", ...reason }));
    return (await Promise.resolve(impersonation.userOf(requestOf([JOAN]), LIST, robot)).catch((error) => error)).message;
  };
  expect(await refusalOf({})).toMatch(/ in the namespace "ns": the webhook is away$/);
  expect(await refusalOf({ reason: "because" })).toMatch(/ in the namespace "ns": the webhook is away: because$/);
});

describe("what goes wrong while a right is looked up", () => {
  let failing: Impersonation;

  beforeEach(() => {
    failing = new Impersonation(async () => {
      throw new Error("the store is gone");
    });
  });

  it("is no refusal", async () => {
    await expect(failing.userOf(requestOf([JOAN]), LIST, robot)).rejects.toThrow("the store is gone");
  });
});
