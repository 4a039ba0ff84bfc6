import type { Status } from "../../apimachinery/status/status.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import type { EventType, Watcher, WatchSink } from "../../storage/cache/cached.ts";
import type { Attributes } from "../authorization/authorizer.ts";
import type { OpenStream } from "../authorization/withdrawn-rights.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Sink, StreamBody } from "../request.ts";

/** How one event becomes bytes. */
export interface WatchEncoder {
  event(type: EventType, record: ObjectRecord): Uint8Array;
  bookmark(revision: number, initialEventsEnd: boolean): Uint8Array;
  error(status: Status): Uint8Array;
}

export interface WatchStreamOptions {
  /** Starts the watch, or tells why it cannot be. */
  readonly subscribe: (sink: WatchSink<ObjectRecord>) => Watcher | StatusError;
  readonly encoder: WatchEncoder;
  /** The client takes bookmarks. */
  readonly bookmarks: boolean;
  /** One of them says where the initial events end. */
  readonly initialEventsEnd: boolean;
  /** Milliseconds until the stream ends by itself, without an error. */
  readonly lifetime: number;
  /** What an ERROR event says of why the watch cannot go on. */
  readonly statusOf: (error: Error) => Status;
  /** Where open streams are listed. */
  readonly streams: Set<OpenStream>;
  readonly attributes: Attributes;
}

/** Bookmarks come about once a minute, and once shortly before the end. */
const BOOKMARK_INTERVAL = 60_000;
const LAST_BOOKMARK = 2_000;

/**
 * How long a client may take nothing while its initial events are under way: until they are sent, a whole past state is kept for it alone.
 * Afterwards a client that takes nothing costs next to nothing.
 */
const INITIAL_PATIENCE = 60_000;

/** A watch as the body of an answer: a cursor of the cache on one side, a peer with back-pressure on the other. */
export class WatchStream implements StreamBody, WatchSink<ObjectRecord>, OpenStream {
  readonly #options: WatchStreamOptions;
  #sink: Sink | undefined;
  #watcher: Watcher | undefined;
  #end: NodeJS.Timeout | undefined;
  #bookmark: NodeJS.Timeout | undefined;
  #impatience: NodeJS.Timeout | undefined;
  /** What the client knows from the start: a bookmark tells of more than that. */
  #known = 0;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
  }

  get attributes(): Attributes {
    return this.#options.attributes;
  }

  open(sink: Sink): void {
    const { lifetime, bookmarks, streams } = this.#options;
    this.#sink = sink;
    streams.add(this);
    this.#end = setTimeout(() => this.drain(), Math.min(lifetime, 2 ** 31 - 1));
    if (bookmarks) this.#nextBookmark(lifetime);
    const watcher = this.#options.subscribe(this);
    if (watcher instanceof StatusError) this.end(watcher);
    else if (this.#sink === undefined) watcher.close();
    else {
      this.#watcher = watcher;
      this.#known = watcher.revision;
    }
  }

  /** One every minute, the last one two seconds before the end. */
  #nextBookmark(left: number): void {
    if (left <= LAST_BOOKMARK) return;
    const wait = Math.min(BOOKMARK_INTERVAL, left - LAST_BOOKMARK);
    this.#bookmark = setTimeout(() => {
      const revision = this.#watcher?.revision ?? 0;
      if (revision > this.#known) this.#writeBookmark(revision, false);
      if (this.#sink !== undefined) this.#nextBookmark(left - wait);
    }, wait);
  }

  event(type: EventType, record: ObjectRecord): boolean {
    try {
      const taken = this.#sink?.write(this.#options.encoder.event(type, record)) ?? false;
      if (!taken && this.#watcher?.revision === 0) this.#impatience ??= setTimeout(() => this.drain(), INITIAL_PATIENCE);
      return taken;
    } catch (error) {
      return this.#endSilently(error);
    }
  }

  initialEnd(revision: number): boolean {
    this.#known = revision;
    return this.#options.initialEventsEnd ? this.#writeBookmark(revision, true) : true;
  }

  #writeBookmark(revision: number, initialEventsEnd: boolean): boolean {
    try {
      return this.#sink?.write(this.#options.encoder.bookmark(revision, initialEventsEnd)) ?? false;
    } catch (error) {
      return this.#endSilently(error);
    }
  }

  /** An event that cannot be told in the form that the client asked for ends the watch without a word, as in kube-apiserver. */
  #endSilently(error: unknown): false {
    if (!(error instanceof StatusError)) throw error;
    this.drain();
    return false;
  }

  /** The watch itself is over: with an ERROR event if something went wrong. */
  end(error: Error | undefined): void {
    const sink = this.#release();
    if (sink === undefined) return;
    if (error !== undefined) sink.write(this.#options.encoder.error(this.#options.statusOf(error)));
    sink.end();
  }

  drained(): void {
    clearTimeout(this.#impatience);
    this.#impatience = undefined;
    this.#watcher?.resume();
  }

  close(): void {
    this.#release();
  }

  /** Ends the stream cleanly, as at the end of its lifetime. */
  drain(): void {
    this.#release()?.end();
  }

  #release(): Sink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    clearTimeout(this.#end);
    clearTimeout(this.#bookmark);
    clearTimeout(this.#impatience);
    this.#options.streams.delete(this);
    this.#watcher?.close();
    this.#watcher = undefined;
    return sink;
  }
}
