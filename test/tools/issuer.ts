import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { TestAuthority } from "./authority.ts";

/** A pair of keys that an issuer signs with. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Answers by itself what it gives true for. */
type Behaviour = (path: string, response: ServerResponse) => boolean;

/** An issuer of JSON web tokens on loopback, as OpenID Connect has them, that can be led astray. */
export class TestIssuer {
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  /** Those that it publishes; tokens are signed by the last. */
  keys: IssuerKey[] = [newKey("1")];
  behave: Behaviour = () => false;
  /** What it says of itself, beside where its keys are. */
  issuer: string;
  readonly certificateAuthority: string;
  readonly url: string;
  readonly #server: https.Server;
  readonly #port: number;

  private constructor(server: https.Server, certificateAuthority: string) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.url = `https://127.0.0.1:${this.#port}`;
    this.issuer = this.url;
    this.certificateAuthority = certificateAuthority;
    server.on("request", (request, response) => {
      const path = request.url ?? "";
      this.asked.push(path);
      if (this.behave(path, response)) return;
      const document = this.document(path);
      response.statusCode = document === undefined ? 404 : 200;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(document ?? {}));
    });
  }

  static async start(): Promise<TestIssuer> {
    const authority = await TestAuthority.create();
    const { key, certificate } = await authority.server("127.0.0.1");
    const server = https.createServer({ key, cert: certificate });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new TestIssuer(server, authority.certificate);
  }

  document(path: string): object | undefined {
    if (path.endsWith("/.well-known/openid-configuration")) return { issuer: this.issuer, jwks_uri: `${this.url}/keys` };
    if (path !== "/keys") return undefined;
    return { keys: this.keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" })) };
  }

  /** A token for `client`, of an hour, signed by the last key unless there is another. */
  token(claims: object = {}, key: IssuerKey = this.keys.at(-1) as IssuerKey, header: object = {}): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: "client", sub: "kim", exp: seconds + 3600, iat: seconds, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  /** Nobody is answered until it comes up again. */
  async down(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async up(): Promise<void> {
    await once(this.#server.listen(this.#port, "127.0.0.1"), "listening");
  }
}

export function newKey(kid: string, alg = "ES256"): IssuerKey {
  const curves: Record<string, string> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };
  const namedCurve = curves[alg];
  const pair = namedCurve ? generateKeyPairSync("ec", { namedCurve }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { kid, alg, ...pair };
}
