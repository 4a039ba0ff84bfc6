import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { backupName, OldFiles, type Retention } from "./old-files.ts";

export interface RotatingFileOptions extends Retention {
  readonly file: string;
  /** Bytes; 0 for a file that grows without end. */
  readonly maxSize: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told when an old file could not be packed or removed. */
  readonly onProblem: (error: unknown) => void;
}

const OWNER_ONLY = 0o600;

/**
 * A file of lines that gives way to a new one before it is too long. The old one is given the time in its name, and later packed and removed, as
 * kube-apiserver does it (gopkg.in/natefinch/lumberjack.v2):
 *
 *   audit.log                               written to
 *   audit-2024-05-06T07-08-09.123.log       was full at that time (UTC)
 *   audit-2024-05-05T01-02-03.456.log.gz    packed
 *
 * A line is with the operating system before {@link write} returns: it survives the end of the process, and who wrote it knows whether it is there.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #old: OldFiles | undefined;
  #descriptor: number;
  #size: number;
  readonly #memory = Buffer.allocUnsafeSlow(16 * 1024);
  /** A line was written in part: the next one begins behind its remains. */
  #torn = false;

  /** Opens the file, with its folder; it goes on where it ended. @throws what the operating system says */
  constructor(options: RotatingFileOptions) {
    const { file, maxSize } = options;
    this.#options = options;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(file, "a", OWNER_ONLY);
    this.#size = fstatSync(this.#descriptor).size;
    this.#old = maxSize > 0 ? new OldFiles(file, options, options.now, options.onProblem) : undefined;
    this.#old?.tidy();
  }

  /** Writes a line, whose end it has. @throws Error when it could not be written, or is longer than a file may be */
  write(line: string): void {
    const { maxSize } = this.#options;
    const bytes = this.#bytesOf(this.#torn ? `\n${line}` : line);
    if (maxSize > 0) {
      if (bytes.length > maxSize) throw new Error(`write length ${bytes.length} exceeds maximum file size ${maxSize}`);
      if (this.#size + bytes.length > maxSize) this.#rotate();
    }
    let written = 0;
    try {
      // a disk that is nearly full takes a part
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.#torn = false;
    } catch (error) {
      this.#torn ||= written > 0;
      throw error;
    } finally {
      this.#size += written;
    }
  }

  /** Lines that are not long lie in the same memory, one after the other. */
  #bytesOf(text: string): Buffer {
    if (text.length * 3 > this.#memory.length) return Buffer.from(text);
    return this.#memory.subarray(0, this.#memory.write(text));
  }

  close(): Promise<void> {
    closeSync(this.#descriptor);
    return this.#old?.settled() ?? Promise.resolve();
  }

  /** What goes wrong leaves the file as it was: it is written to still, and the next line tries again. */
  #rotate(): void {
    const { file, now } = this.#options;
    const { mode } = fstatSync(this.#descriptor);
    let time = now();
    while (existsSync(backupName(file, time))) time++;
    const backup = backupName(file, time);
    renameSync(file, backup);
    let descriptor: number;
    try {
      descriptor = openSync(file, "a", mode & 0o777);
    } catch (error) {
      renameSync(backup, file);
      throw error;
    }
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#size = 0;
    this.#torn = false;
    this.#old?.tidy();
  }
}
