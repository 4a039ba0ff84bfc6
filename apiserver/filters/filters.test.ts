import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ApiRequest } from "../request.ts";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { bytesOf } from "../testing/serve.ts";
import { compressed } from "./compression.ts";
import { deadlineOf, withinDeadline } from "./deadline.ts";
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
  it("are sent to the one that exceeds the budget, and none after it", () => {
    const warnings = new Warnings();
    for (let i = 0; i < 16; i += 1) warnings.add(String(i).padEnd(256, "."));
    warnings.add("beyond", "after");
    expect(warnings.headers().slice(15)).toEqual([`299 - "${"15".padEnd(256, ".")}"`, '299 - "beyond"']);
  });

  it("are told once each, quoted, without control characters", () => {
    const warnings = new Warnings();
    warnings.add('a "b" \\', 'a "b" \\', "with\nbreak", "");
    expect(warnings.headers()).toEqual(['299 - "a \\"b\\" \\\\"']);
  });

  it("are sent in UTF-8", () => {
    const warnings = new Warnings();
    warnings.add('unknown field "größe"', 'unknown field "日本"');
    const sent = warnings.headers().map((header) => Buffer.from(header, "latin1").toString());
    expect(sent).toEqual(['299 - "unknown field \\"größe\\""', '299 - "unknown field \\"日本\\""']);
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

describe("compression", () => {
  const large = { status: 200, headers: {}, body: [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")] };

  it("packs large answers for who takes gzip, and nothing else", async () => {
    const packed = compressed(request({ "accept-encoding": "deflate, gzip" }), large);
    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(gunzipSync(await bytesOf(packed))).toEqual(Buffer.concat(large.body));
    expect(compressed(request({ "accept-encoding": "gzip;q=1" }), large).headers).toEqual({});
    const small = { ...large, body: Buffer.alloc(131_072) };
    expect(compressed(request({ "accept-encoding": "gzip" }), small).body).toBe(small.body);
  });
});
