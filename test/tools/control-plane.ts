import { kinds } from "../../apis/kinds.ts";
import { Core } from "../../apiserver/core.ts";
import { inProcessTransport } from "../../apiserver/in-process/transport.ts";
import type { Client, Transport, TransportRequest, TransportResponse } from "../../client/client.ts";
import { RestClient } from "../../client/rest-client.ts";
import type { Controller } from "../../controllers/runtime/controller.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";

/**
 * A control plane in memory without sockets and without controllers of its own, and a line to it that can break. What controllers log as an
 * error is kept in `errors`.
 */
export class TestControlPlane {
  readonly storage = new MemoryStorage();
  readonly errors: unknown[] = [];
  /** Whose calls never fail for the line. */
  readonly admin: Client;
  #core: Core;
  #isDown = false;
  readonly #streams = new Set<AbortController>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];

  private constructor() {
    this.#core = this.#newCore();
    this.admin = new RestClient({ send: (request) => this.#direct(request) }, "admin");
  }

  static async start(): Promise<TestControlPlane> {
    const plane = new TestControlPlane();
    await plane.#core.start();
    return plane;
  }

  /** A client whose line can break. */
  client(userAgent = "test"): Client {
    const line: Transport = { send: (request) => this.#send(request) };
    return new RestClient(line, userAgent);
  }

  /** Runs a controller until the control plane closes. */
  run(controller: Controller, now: () => number = Date.now): void {
    const log = { info: () => {}, error: (fields: object) => this.errors.push(fields) };
    this.#running.push(controller.run({ client: this.client(controller.name), now, log }, this.#stopping.signal));
  }

  /** Ends every stream of every client; new ones are let through. */
  cut(): void {
    for (const stream of this.#streams) stream.abort();
  }

  /** Breaks the line until {@link mend}. */
  break(): void {
    this.#isDown = true;
    this.cut();
  }

  mend(): void {
    this.#isDown = false;
  }

  /** Another server on the same storage, and all history forgotten. */
  async restartWithoutHistory(): Promise<void> {
    this.#core.close();
    await this.storage.compact(await this.storage.currentRevision());
    this.#core = this.#newCore();
    await this.#core.start();
    this.cut();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    this.#core.close();
    await this.storage.close();
  }

  #newCore(): Core {
    const onPanic = (error: unknown) => this.errors.push(error);
    return new Core({ storage: this.storage, kinds, productVersion: "0", serverAddress: "127.0.0.1:6443", onPanic });
  }

  #direct(request: TransportRequest): Promise<TransportResponse> {
    return inProcessTransport(this.#core.handle, { name: "admin", groups: ["system:masters"] }).send(request);
  }

  async #send(request: TransportRequest): Promise<TransportResponse> {
    if (this.#isDown) throw new Error("the line is broken");
    if (request.signal === undefined) return this.#direct(request);
    const stream = new AbortController();
    this.#streams.add(stream);
    return this.#direct({ ...request, signal: AbortSignal.any([request.signal, stream.signal]) });
  }
}
