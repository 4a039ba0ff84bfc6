import type { Sink, StreamBody } from "../request.ts";

/** A stream that tells once that it is over, whoever ended it. */
export class RecordedStream implements StreamBody, Sink {
  readonly #stream: StreamBody;
  readonly #over: () => void;
  #sink: Sink | undefined;
  #told = false;

  constructor(stream: StreamBody, over: () => void) {
    this.#stream = stream;
    this.#over = over;
  }

  open(sink: Sink): void {
    this.#sink = sink;
    this.#stream.open(this);
  }

  drained(): void {
    this.#stream.drained();
  }

  close(): void {
    this.#stream.close();
    this.#tell();
  }

  write(chunk: Uint8Array): boolean {
    return this.#sink?.write(chunk) ?? false;
  }

  end(): void {
    this.#sink?.end();
    this.#tell();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#over();
  }
}
