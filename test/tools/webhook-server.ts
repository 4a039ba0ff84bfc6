import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { TestAuthority } from "./authority.ts";

/** A question as it arrived. */
export interface Question {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The common name of the client's certificate, if it showed one. */
  readonly client: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into questions of every shape
  readonly body: any;
}

type Behaviour = (question: Question, response: ServerResponse) => unknown;

/** A webhook over HTTPS that behaves as a test wants, and remembers what it was asked. */
export class WebhookServer {
  readonly questions: Question[] = [];
  /** What it does; gives the document to answer with, or answers by itself. */
  behave: Behaviour;
  readonly #server: https.Server;
  readonly #authority: TestAuthority;

  private constructor(server: https.Server, authority: TestAuthority, behave: Behaviour) {
    this.#server = server;
    this.#authority = authority;
    this.behave = behave;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  static async start(behave: Behaviour): Promise<WebhookServer> {
    const authority = await TestAuthority.create();
    const { key, certificate } = await authority.server("127.0.0.1");
    const server = https.createServer({ key, cert: certificate, ca: authority.certificate, requestCert: true, rejectUnauthorized: false });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new WebhookServer(server, authority, behave);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}/ask`;
  }

  /** Writes a kubeconfig with which it is asked, as `asking` unless `user` says otherwise. */
  async writeKubeconfig(file: string, cluster: object = {}, user?: object): Promise<string> {
    const { key, certificate } = await this.#authority.client({ commonName: "asking" });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const own = { "client-certificate-data": base64(certificate), "client-key-data": base64(key) };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "hook", user: "asking" } }],
      clusters: [
        { name: "hook", cluster: { server: this.url, "certificate-authority-data": base64(this.#authority.certificate), ...cluster } },
      ],
      users: [{ name: "asking", user: user ?? own }],
    };
    await writeFile(file, stringify(config));
    return file;
  }

  /** Cuts all connections; nobody is answered any more. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const client = (request.socket as TLSSocket).getPeerCertificate().subject?.CN as string | undefined;
    const question = { url: request.url ?? "", headers: request.headers, client, body: JSON.parse(text) };
    this.questions.push(question);
    const answer = await this.behave(question, response);
    if (answer === undefined) return;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  }
}
