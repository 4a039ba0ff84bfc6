import { describe, expect, it } from "vitest";
import type { ApiRequest, ClientCertificate, Connection, UserInfo } from "../request.ts";
import { ANONYMOUS, Authentication, type Authenticator, InvalidCredential } from "./authenticator.ts";
import { bearerTokens, webSocketTokens } from "./bearer-token.ts";
import { clientCertificates } from "./client-certificates.ts";
import type { TokenAuthenticator } from "./tokens/token.ts";

const request = (headers: ApiRequest["headers"] = {}, connection: Partial<Connection> = {}): ApiRequest => ({
  method: "GET",
  path: "/",
  query: "",
  headers,
  connection: { remoteAddress: "", clientCertificate: undefined, ...connection },
  readBody: async () => new Uint8Array(),
});

const KIM: UserInfo = { name: "kim", groups: ["a"] };
const good: Authenticator = () => KIM;
const later: Authenticator = async () => KIM;
const bad: Authenticator = () => new InvalidCredential("bad");
const nothing: Authenticator = () => undefined;

async function senderOf(
  authenticators: readonly Authenticator[],
  { enabled = true, paths = [] as string[], path = "/", asked = request() } = {},
) {
  const refused: string[] = [];
  const authentication = new Authentication({
    authenticators,
    anonymous: { enabled, paths },
    onRefused: (reasons) => refused.push(...reasons),
  });
  try {
    return (await authentication.senderOf(asked, path, { warn: () => {} })).name;
  } catch (error) {
    return [(error as { code: number }).code, ...refused];
  }
}

describe("several ways to authenticate", () => {
  it("decide in their order, and a bad credential counts only where there is no good one", async () => {
    expect(await senderOf([nothing, good, bad])).toBe("kim");
    expect(await senderOf([bad, later])).toBe("kim");
    expect(await senderOf([bad, nothing, async () => new InvalidCredential("bad", "worse")])).toEqual([401, "bad", "worse"]);
  });

  it("say no more than fits into a log, whoever says it", () => {
    const [reason = ""] = new InvalidCredential("x".repeat(1_000_000)).reasons;
    expect(reason).toBe(`${"x".repeat(2_000)}…`);
  });

  it("leave who shows nothing anonymous, where that is allowed", async () => {
    expect(await senderOf([nothing])).toBe(ANONYMOUS.name);
    expect(await senderOf([nothing], { enabled: false })).toEqual([401]);
    expect(await senderOf([nothing], { paths: ["/livez"], path: "/livez" })).toBe(ANONYMOUS.name);
    expect(await senderOf([nothing], { paths: ["/livez"], path: "/livez/x" })).toEqual([401]);
    expect(await senderOf([good], { enabled: false })).toBe("kim");
  });

  it("put everyone who is known into one group, once", async () => {
    const groupsOf = async (user: UserInfo) =>
      (
        await new Authentication({ authenticators: [() => user], anonymous: { enabled: true, paths: [] } }).senderOf(request(), "/", {
          warn: () => {},
        })
      ).groups;
    expect(await groupsOf(KIM)).toEqual(["a", "system:authenticated"]);
    expect(await groupsOf({ name: "kim", groups: ["system:authenticated", "a"] })).toEqual(["system:authenticated", "a"]);
    expect(await groupsOf({ name: "kim", groups: ["system:unauthenticated"] })).toEqual(["system:unauthenticated"]);
    expect(await groupsOf({ name: "system:anonymous", groups: [] })).toEqual([]);
  });
});

describe("client certificates", () => {
  const certificate: ClientCertificate = { commonName: "kim", organizations: ["a"], uids: ["7"], fingerprint: "ab", validUntil: 1_000 };
  const of = (connection: Partial<Connection>, now = 1_000) => clientCertificates(() => now)(request({}, connection), { warn: () => {} });

  it("name the user, the groups, the uid and themselves", () => {
    expect(of({ clientCertificate: certificate })).toEqual({
      name: "kim",
      uid: "7",
      groups: ["a", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=ab"] },
    });
    expect(of({ clientCertificate: { ...certificate, uids: [] } })).not.toHaveProperty("uid");
    expect(of({})).toBeUndefined();
  });

  it("do not outlive themselves on an open connection", () => {
    expect(of({ clientCertificate: certificate }, 1_001)).toEqual(new InvalidCredential("verifying certificate failed: CERT_HAS_EXPIRED"));
  });

  it("are refused with more than one uid, with an empty one, and where nobody vouches for them", () => {
    expect(of({ clientCertificate: { ...certificate, uids: ["7", "8"] } })).toEqual(
      new InvalidCredential("expected 1 UID, but found multiple: [7 8]"),
    );
    expect(of({ clientCertificate: { ...certificate, uids: [""] } })).toEqual(new InvalidCredential("UID cannot be an empty string"));
    expect(of({ certificateProblem: "WHY" })).toEqual(new InvalidCredential("verifying certificate failed: WHY"));
  });
});

describe("tokens in headers", () => {
  const tokens: TokenAuthenticator = ({ text }, audiences) => {
    if (text === "good") return { user: KIM, audiences };
    if (text === "others") return { user: KIM, audiences: ["others"] };
    return text === "old" ? new InvalidCredential("expired") : undefined;
  };
  const warnings: string[] = [];
  const response = { warn: (text: string) => void warnings.push(text) };
  const bearer = (authorization: string | undefined) => bearerTokens(tokens, ["api"])(request({ authorization }), response);
  const socket = (protocols: string, headers: ApiRequest["headers"] = { upgrade: "websocket", connection: "keep-alive, Upgrade" }) =>
    webSocketTokens(tokens, ["api"])(request({ ...headers, "sec-websocket-protocol": protocols }), response);

  it("may stand in Authorization", async () => {
    expect(await bearer("Bearer good")).toBe(KIM);
    expect(await bearer("  bEARER good and more ")).toBe(KIM);
    expect(await bearer("Bearer bad")).toEqual(new InvalidCredential("invalid bearer token"));
    expect(await bearer("Bearer old")).toEqual(new InvalidCredential("expired"));
    expect(await bearer("Bearer others")).toBeInstanceOf(InvalidCredential);
    for (const none of [undefined, "", "Bearer", "Bearer ", "Basic good", "Bearergood"]) expect(bearer(none)).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(bearer("Bearer  good")).toBeUndefined();
    expect(warnings).toEqual(["the provided Authorization header contains extra space before the bearer token, and is ignored"]);
  });

  it("may be a subprotocol of a WebSocket, beside another", async () => {
    const protocol = (token: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;
    expect(await socket(`${protocol("good")}, v4.channel.k8s.io`)).toBe(KIM);
    expect(await socket(`x,${protocol("bad")}`)).toEqual(new InvalidCredential("invalid bearer token"));
    expect(socket(protocol("good"))).toEqual(new InvalidCredential("missing additional subprotocol"));
    expect(socket(`${protocol("good")},${protocol("good")},x`)).toEqual(
      new InvalidCredential("multiple base64.bearer.authorization tokens specified"),
    );
    for (const broken of ["a+b", "a", "YQ=="]) {
      expect(socket(`base64url.bearer.authorization.k8s.io.${broken},x`)).toEqual(
        new InvalidCredential("invalid base64.bearer.authorization token encoding"),
      );
    }
    expect(socket("base64url.bearer.authorization.k8s.io._w,x")).toEqual(
      new InvalidCredential("invalid base64.bearer.authorization token"),
    );
    expect([socket("x"), socket(`${protocol("")},x`), socket(`${protocol("good")},x`, {})]).toEqual([undefined, undefined, undefined]);
  });
});
