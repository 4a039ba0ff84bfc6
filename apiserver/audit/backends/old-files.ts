import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** How long files are kept that were full. */
export interface Retention {
  /** Milliseconds by the time in the name; 0 for ever. */
  readonly maxAge: number;
  /** How many; 0 for any number. */
  readonly maxBackups: number;
  /** Pack them. */
  readonly compress: boolean;
}

const PACKED = ".gz";

/** `audit.log` with a time: `audit-2024-05-06T07-08-09.123.log`. */
export function backupName(file: string, time: number): string {
  const { dir, name, ext } = path.parse(file);
  const stamp = new Date(time).toISOString().slice(0, -1).replaceAll(":", "-");
  return path.join(dir, `${name}-${stamp}${ext}`);
}

/** The files that one has left behind: packed and removed as {@link Retention} has it, one after the other. */
export class OldFiles {
  readonly #file: string;
  readonly #retention: Retention;
  readonly #now: () => number;
  readonly #onProblem: (error: unknown) => void;
  #underWay: Promise<void> = Promise.resolve();

  constructor(file: string, retention: Retention, now: () => number, onProblem: (error: unknown) => void) {
    this.#file = path.resolve(file);
    this.#retention = retention;
    this.#now = now;
    this.#onProblem = onProblem;
  }

  /** Sees to them in the background. */
  tidy(): void {
    this.#underWay = this.#underWay.then(() => this.#tidy()).catch(this.#onProblem);
  }

  settled(): Promise<void> {
    return this.#underWay;
  }

  async #tidy(): Promise<void> {
    const { maxAge, maxBackups, compress } = this.#retention;
    const { dir } = path.parse(this.#file);
    const newestFirst = (await this.#list()).sort((a, b) => b.time - a.time);
    const times = [...new Set(newestFirst.map(({ time }) => time))];
    const surplus = maxBackups > 0 ? times[maxBackups] : undefined;
    for (const { name, time } of newestFirst) {
      const file = path.join(dir, name);
      const tooMany = surplus !== undefined && time <= surplus;
      if (tooMany || (maxAge > 0 && time < this.#now() - maxAge)) await rm(file, { force: true });
      else if (compress && !name.endsWith(PACKED)) await pack(file);
    }
  }

  /** Names that are of another form are nobody's business. */
  async #list(): Promise<{ readonly name: string; readonly time: number }[]> {
    const { dir, name: stem, ext } = path.parse(this.#file);
    const found: { name: string; time: number }[] = [];
    for (const name of await readdir(dir)) {
      const plain = name.endsWith(ext + PACKED) ? name.slice(0, -PACKED.length) : name;
      if (!plain.startsWith(`${stem}-`) || !plain.endsWith(ext)) continue;
      const time = timeIn(plain.slice(stem.length + 1, plain.length - ext.length));
      if (time !== undefined) found.push({ name, time });
    }
    return found;
  }
}

/** Milliseconds since the epoch of `2024-05-06T07-08-09.123`. */
function timeIn(stamp: string): number | undefined {
  const [, day, hours, minutes, rest] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(stamp) ?? [];
  const time = Date.parse(`${day}T${hours}:${minutes}:${rest}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The packed file takes the name only when it is whole: what a crash leaves is made anew. */
async function pack(file: string): Promise<void> {
  const { mode } = await stat(file);
  const unfinished = `${file}${PACKED}.tmp`;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(unfinished, { mode: mode & 0o777 }));
  await rename(unfinished, file + PACKED);
  await rm(file, { force: true });
}
