import { type FSWatcher, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** A change is often several: a file is emptied and written, or another one takes its place. In ms. */
const SETTLED = 50;

/** Some file systems tell nothing of changes. In ms. */
const LOOK_AGAIN = 60_000;

/**
 * Tells the text of a file whenever it has become another one. The folder is watched, for editors and Kubernetes' volumes put a new file, or a
 * new link, in the place of the old one; and the file is looked at every minute (k8s.io/apiserver, pkg/util/filesystem/watchuntil.go).
 */
export class WatchedFile {
  readonly #file: string;
  readonly #onChange: (text: string) => void;
  readonly #onProblem: (error: unknown) => void;
  #text: string;
  #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;

  /**
   * @param text what is known of the file
   * @param onProblem told when the file cannot be read; it is looked at again
   */
  constructor(file: string, text: string, onChange: (text: string) => void, onProblem: (error: unknown) => void) {
    this.#file = path.resolve(file);
    this.#text = text;
    this.#onChange = onChange;
    this.#onProblem = onProblem;
    this.#timer = setInterval(() => {
      this.#watch();
      this.#soon();
    }, LOOK_AGAIN).unref();
    this.#watch();
    // it may have changed before it was watched
    this.#soon();
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#watcher?.close();
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      const watcher = watch(path.dirname(this.#file), { persistent: false }, () => this.#soon());
      watcher.on("error", () => {
        watcher.close();
        this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch (error) {
      this.#onProblem(error);
    }
  }

  #soon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#look(), SETTLED).unref();
  }

  async #look(): Promise<void> {
    try {
      const text = await readFile(this.#file, "utf8");
      if (text === this.#text) return;
      this.#text = text;
      this.#onChange(text);
    } catch (error) {
      this.#onProblem(error);
    }
  }
}
