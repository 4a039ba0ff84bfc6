import { describe, expect, it } from "vitest";
import type { ApiRequest, ClientCertificate } from "../request.ts";
import { InvalidCredential } from "./authenticator.ts";
import { type RequestHeaderOptions, requestHeaders } from "./request-headers.ts";

const OPTIONS: RequestHeaderOptions = {
  allowedNames: ["front", "other"],
  usernameHeaders: ["X-Remote-User", "X-User"],
  uidHeaders: ["X-Remote-Uid"],
  groupHeaders: ["X-Remote-Group", "X-Group"],
  extraHeaderPrefixes: ["X-Remote-Extra-"],
};
const PROXY: ClientCertificate = { commonName: "front", organizations: [], uids: [], fingerprint: "", validUntil: 1_000 };

function senderOf(
  headers: readonly (readonly [string, string])[],
  proxyCertificate: ClientCertificate | undefined = PROXY,
  options = OPTIONS,
) {
  const request: ApiRequest = {
    method: "GET",
    path: "/",
    query: "",
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    rawHeaders: headers.flat(),
    connection: { remoteAddress: "", clientCertificate: undefined, ...(proxyCertificate && { proxyCertificate }) },
    readBody: async () => new Uint8Array(),
  };
  return requestHeaders(options, () => 1_000)(request, { warn: () => {} });
}

describe("the headers of a proxy", () => {
  it("tell the user, the uid, every group and more", () => {
    expect(
      senderOf([
        ["X-User", "second"],
        ["X-REMOTE-user", "kim"],
        ["X-Remote-Uid", "7"],
        ["X-Remote-Group", "a, b"],
        ["X-Group", "d"],
        ["X-Remote-Group", "c"],
        ["X-Remote-Group", ""],
        ["X-Remote-Extra-Acme.io%2Fscope", "view"],
        ["X-Remote-Extra-Acme.io%2Fscope", "edit"],
        ["X-Remote-Extra-broken%", "x"],
      ]),
    ).toEqual({ name: "kim", uid: "7", groups: ["a, b", "c", "d"], extra: { "acme.io/scope": ["view", "edit"], "broken%": ["x"] } });
    expect(senderOf([["X-User", "second"]])).toEqual({ name: "second", groups: [] });
  });

  it("count for nothing without a user, and from nobody else", () => {
    expect(senderOf([["X-Remote-Group", "system:masters"]])).toBeUndefined();
    expect(senderOf([["X-Remote-User", "kim"]], { ...PROXY, validUntil: 999 })).toBeUndefined();
    const request = senderOf([["X-Remote-User", "kim"]], { ...PROXY, commonName: "back" });
    expect(request).toEqual(new InvalidCredential("x509: subject with cn=back is not in the allowed list"));
    expect(senderOf([["X-Remote-User", "kim"]], { ...PROXY, commonName: "back" }, { ...OPTIONS, allowedNames: [] })).toMatchObject({
      name: "kim",
    });
  });
});
