import { describe, expect, it } from "vitest";
import type { ApiRequest } from "../request.ts";
import { sourceIps } from "./source-ips.ts";

const from = (remoteAddress: string, headers: ApiRequest["headers"] = {}) =>
  sourceIps({
    method: "GET",
    path: "/",
    query: "",
    headers,
    readBody: async () => new Uint8Array(),
    connection: { remoteAddress, clientCertificate: undefined },
  });

describe("the addresses that a request came from", () => {
  it.each<[string, string, ApiRequest["headers"], readonly string[]]>([
    ["the peer's", "10.0.0.1", {}, ["10.0.0.1"]],
    ["the peer's, as such where IPv6 carries it", "::ffff:10.0.0.1", {}, ["10.0.0.1"]],
    ["the peer's, in its shortest form", "2001:0DB8:0:0::1", {}, ["2001:db8::1"]],
    ["nothing for a peer without one", "", {}, []],
    [
      "those of proxies before it",
      "10.0.0.1",
      { "x-forwarded-for": "1.1.1.1, nonsense,::ffff:2.2.2.2" },
      ["1.1.1.1", "2.2.2.2", "10.0.0.1"],
    ],
    ["the peer's once, where the last proxy is the peer", "10.0.0.1", { "x-forwarded-for": "1.1.1.1,10.0.0.1" }, ["1.1.1.1", "10.0.0.1"]],
    [
      "the peer's again, where another came between",
      "10.0.0.1",
      { "x-forwarded-for": "10.0.0.1,1.1.1.1" },
      ["10.0.0.1", "1.1.1.1", "10.0.0.1"],
    ],
    ["X-Real-Ip behind them", "10.0.0.1", { "x-forwarded-for": "1.1.1.1", "x-real-ip": "3.3.3.3" }, ["1.1.1.1", "3.3.3.3", "10.0.0.1"]],
    ["X-Real-Ip no second time", "10.0.0.1", { "x-forwarded-for": "1.1.1.1", "x-real-ip": "1.1.1.1" }, ["1.1.1.1", "10.0.0.1"]],
  ])("are %s", (_, peer, headers, addresses) => {
    expect(from(peer, headers)).toEqual(addresses);
  });
});
