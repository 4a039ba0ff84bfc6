import type { IncomingMessage } from "node:http";

/** The events of one watch, as they come. Bookmarks come by the clock and are left out, but for the one that ends the initial events. */
export class EventStream {
  readonly #message: IncomingMessage;
  readonly #events: unknown[] = [];
  #rest = "";
  #ended = false;
  #wake = () => {};

  constructor(message: IncomingMessage) {
    this.#message = message;
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    message.setEncoding("utf8");
    message.on("data", (text: string) => this.#take(text));
    message.on("end", end);
    message.on("error", end);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The next `count` events, or without a number all until the watch ends; fewer when `patience` milliseconds have passed. */
  async next(count: number | undefined, patience: number): Promise<unknown[]> {
    const deadline = performance.now() + patience;
    while (!this.#ended && (count === undefined || this.#events.length < count) && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#events.splice(0, count ?? this.#events.length);
  }

  close(): void {
    this.#message.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      if (line.trim() === "") continue;
      if (line.startsWith('{"type":"BOOKMARK"') && !line.includes('"k8s.io/initial-events-end"')) continue;
      this.#events.push(JSON.parse(line));
    }
    this.#wake();
  }
}
