import { describe, expect, it } from "vitest";
import { StatusError } from "../../apimachinery/status/status.ts";
import { systemMasters } from "../authorization/authorizer.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { compressed } from "./compression.ts";
import { deadlineOf, withinDeadline } from "./deadline.ts";
import { impersonated } from "./impersonation.ts";
import { Warnings } from "./warnings.ts";

const request = (headers: ApiRequest["headers"]): ApiRequest => ({
  method: "GET",
  path: "/",
  query: "",
  headers,
  connection: { remoteAddress: "", clientCertificate: undefined },
  readBody: async () => new Uint8Array(),
});
const infoOf = (path: string) => requestInfo("GET", path, Query.empty);

describe("warnings", () => {
  it("are told once each, quoted, without control characters", () => {
    const warnings = new Warnings();
    warnings.add('a "b" \\', 'a "b" \\', "with\nbreak", "");
    expect(warnings.headers()).toEqual(['299 - "a \\"b\\" \\\\"']);
  });

  it("are cut short when all together are too long, and end when even that is too much", () => {
    const warnings = new Warnings();
    for (let i = 0; i < 40; i += 1) warnings.add(`${i}`.padStart(3, "0").repeat(100));
    const headers = warnings.headers();
    expect(headers[0]).toHaveLength(256 + '299 - ""'.length);
    expect(headers).toHaveLength(16);
  });
});

describe("the deadline", () => {
  it("may be shortened by the client, not prolonged, and does not bind watches", () => {
    const of = (query: string) => deadlineOf(Query.parse(query), infoOf("/api/v1/configmaps"));
    expect([of(""), of("timeout=5s"), of("timeout=2h"), of("timeout=0s")]).toEqual([60_000, 5_000, 60_000, 60_000]);
    expect(() => of("timeout=soon")).toThrow('invalid timeout specified in the request URL - time: invalid duration "soon"');
    expect(deadlineOf(Query.empty, requestInfo("GET", "/api/v1/configmaps", Query.parse("watch=1")))).toBeUndefined();
  });

  it("answers 504 and drops what comes late", async () => {
    const late = new Promise((resolve) => setTimeout(resolve, 30));
    await expect(withinDeadline(5, late)).rejects.toMatchObject({ code: 504, reason: "Timeout" });
    await late;
  });
});

describe("impersonation", () => {
  const admin: UserInfo = { name: "admin", groups: ["system:masters"] };
  const as = async (headers: ApiRequest["headers"], sender = admin) =>
    impersonated(request(headers), infoOf("/api/v1/configmaps"), sender, [systemMasters]);

  it("makes the sender whom it asks to be, with the groups that go without saying", async () => {
    expect(await as({ "impersonate-user": "bob", "impersonate-group": "a, b", "impersonate-extra-example.com%2fteam": "z" })).toEqual({
      name: "bob",
      groups: ["a", "b", "system:authenticated"],
      extra: { "example.com/team": ["z"] },
    });
    expect((await as({ "impersonate-user": "system:serviceaccount:ns:x" })).groups).toEqual([
      "system:serviceaccounts",
      "system:serviceaccounts:ns",
      "system:authenticated",
    ]);
    expect((await as({ "impersonate-user": "system:anonymous" })).groups).toEqual(["system:unauthenticated"]);
  });

  it("is refused to who may not", async () => {
    const bob = { name: "bob", groups: ["system:authenticated"] };
    await expect(as({ "impersonate-user": "admin" }, bob)).rejects.toThrow(
      'configmaps is forbidden: User "bob" cannot impersonate-on:user-info:list resource "configmaps" in API group "" at the cluster scope',
    );
  });

  it("needs a user", async () => {
    const failure = await as({ "impersonate-group": "a" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StatusError);
    expect((failure as StatusError).message).toBe(
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string(nil)} without impersonating a user name',
    );
  });
});

describe("compression", () => {
  const large = { status: 200, headers: {}, body: [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")] };

  it("packs large answers for who takes gzip, and nothing else", async () => {
    const packed = await compressed(request({ "accept-encoding": "deflate, gzip" }), large);
    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect((await compressed(request({ "accept-encoding": "gzip;q=1" }), large)).headers).toEqual({});
    const small = { ...large, body: Buffer.alloc(131_072) };
    expect((await compressed(request({ "accept-encoding": "gzip" }), small)).body).toBe(small.body);
  });
});
