import { type Eventual, whenThere } from "../eventual.ts";
import { headerText } from "../header-text.ts";
import type { ApiRequest } from "../request.ts";
import { type Authenticated, type Authenticator, InvalidCredential, type Warned } from "./authenticator.ts";
import { commonAudiences, PresentedToken, type TokenAnswer, type TokenAuthenticator } from "./tokens/token.ts";

/** What is told of a token that nobody knows. */
export const INVALID_TOKEN = new InvalidCredential("invalid bearer token");

const EXTRA_SPACE = "the provided Authorization header contains extra space before the bearer token, and is ignored";

/**
 * The token in the header `Authorization: Bearer …` (k8s.io/apiserver, pkg/authentication/request/bearertoken).
 * @param audiences those of this server
 */
export const bearerTokens =
  (tokens: TokenAuthenticator, audiences: readonly string[]): Authenticator =>
  ({ headers: { authorization } }, response) => {
    if (authorization === undefined) return undefined;
    const text = bearerTokenIn(authorization);
    if (text !== undefined && text !== "") return authenticate(headerText(text), tokens, audiences, response);
    if (text === "" && authorization.trim().split(" ", 3).length === 3) response.warn(EXTRA_SPACE);
    return undefined;
  };

/** The token in the value of an Authorization header: `""` where there is a space too many before it, undefined for another scheme. */
export function bearerTokenIn(authorization: string): string | undefined {
  const [scheme = "", token] = authorization.trim().split(" ", 2);
  return scheme.toLowerCase() === "bearer" ? token : undefined;
}

/** What the name of a subprotocol begins with that is a token in base64url. */
export const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/**
 * The token among the subprotocols of a WebSocket, for browsers, which can send no header. Another subprotocol has to stand beside it, to
 * answer with (k8s.io/apiserver, pkg/authentication/request/websocket; the door takes the token out before it answers).
 */
export const webSocketTokens =
  (tokens: TokenAuthenticator, audiences: readonly string[]): Authenticator =>
  (request, response) => {
    const protocols = request.headers["sec-websocket-protocol"];
    if (protocols === undefined || !protocols.includes(TOKEN_PROTOCOL) || !isWebSocket(request)) return undefined;
    const names = protocols.split(",").map((name) => name.trim());
    const given = names.filter((name) => name.startsWith(TOKEN_PROTOCOL)).map((name) => name.slice(TOKEN_PROTOCOL.length));
    if (given.length > 1) return new InvalidCredential("multiple base64.bearer.authorization tokens specified");
    const encoded = given[0] ?? "";
    if (!/^[A-Za-z0-9_-]*$/.test(encoded) || encoded.length % 4 === 1) {
      return new InvalidCredential("invalid base64.bearer.authorization token encoding");
    }
    const text = utf8(Buffer.from(encoded, "base64url"));
    if (text === undefined) return new InvalidCredential("invalid base64.bearer.authorization token");
    if (text === "") return undefined;
    if (names.length === given.length) return new InvalidCredential("missing additional subprotocol");
    return authenticate(text, tokens, audiences, response);
  };

const isWebSocket = ({ headers }: ApiRequest): boolean =>
  headers.upgrade?.toLowerCase() === "websocket" && /(^|[ ,])upgrade($|[ ,])/i.test(headers.connection ?? "");

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function authenticate(text: string, tokens: TokenAuthenticator, audiences: readonly string[], response: Warned): Eventual<Authenticated> {
  return whenThere(tokens(new PresentedToken(text), audiences), (answer: TokenAnswer) => {
    if (answer === undefined) return INVALID_TOKEN;
    if (answer instanceof InvalidCredential) return answer;
    if (
      audiences.length > 0 &&
      answer.audiences.length > 0 &&
      answer.audiences !== audiences &&
      commonAudiences(answer.audiences, audiences).length === 0
    ) {
      return new InvalidCredential(`unable to match the audience: [${answer.audiences.join(" ")}] , accepted: [${audiences.join(" ")}]`);
    }
    const { annotations, user } = answer;
    if (annotations !== undefined) for (const [key, value] of Object.entries(annotations)) response.annotate?.(key, value);
    return user;
  });
}
