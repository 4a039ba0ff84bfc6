import { writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** What LMDB says of its file. */
export interface Usage {
  readonly lastPageNumber: number;
  /** Bytes. */
  readonly pageSize: number;
}

/** What is taken at once beyond what is needed: so most commits find room already. */
const AHEAD_BYTES = 1024 * 1024;

const ZEROS = Buffer.alloc(256 * 1024);

/**
 * Room at the end of the data file, taken from the disk before LMDB needs it: a full disk, or one that takes no more writes, is told before
 * anything of a commit is written.
 *
 * LMDB grows its file in the midst of a commit. Where the disk has no room for that, the commit fails as it should; but lmdb then makes up its
 * error text in a buffer of 100 bytes, and with positions beyond some ten megabytes the text is longer: memory is damaged, and the process
 * ends a few calls later (mdb_page_flush in liblmdb/mdb.c of lmdb 3.5.6).
 *
 *     used     |=========|              pages of the tree
 *     file     |=========|-----------|  zeros behind it, which commits turn into pages
 *                        `-- spare --'
 */
export class Room {
  readonly #file: FileHandle;
  /** Pages in use, and their size. */
  readonly #usage: () => Usage;
  readonly #pageBytes: number;
  #fileBytes: number;

  private constructor(file: FileHandle, fileBytes: number, usage: () => Usage) {
    this.#file = file;
    this.#fileBytes = fileBytes;
    this.#usage = usage;
    this.#pageBytes = usage().pageSize;
  }

  /** @param usage asked when no commit is under way */
  static async open(dataFile: string, usage: () => Usage): Promise<Room> {
    const file = await open(dataFile, "r+");
    return new Room(file, (await file.stat()).size, usage);
  }

  /** Bytes of the data file. */
  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /**
   * Makes sure that a commit has room which adds so many pages at most, and so many bytes on pages of their own; no other may be under way.
   * Undefined where there is enough.
   * @throws what the system says: the disk is full, or does not take writes
   */
  take(pages: number, bytes: number): Promise<void> | undefined {
    const needed = pages * this.#pageBytes + bytes;
    const used = this.#usedBytes();
    // a commit that took more than was thought made the file longer itself; what it wrote there must not be written over
    if (used > this.#fileBytes) this.#fileBytes = used;
    if (used + needed > this.#fileBytes) return this.#grow(used + needed);
    // one byte of that: a file system that has become read-only, or lost its disk, mostly refuses it at once
    writeSync(this.#file.fd, ZEROS, 0, 1, this.#fileBytes - 1);
    return undefined;
  }

  #usedBytes(): number {
    return (this.#usage().lastPageNumber + 1) * this.#pageBytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #grow(end: number): Promise<void> {
    try {
      await this.#extend(end + AHEAD_BYTES);
    } catch (error) {
      // what was written before the disk was full may be enough
      this.#fileBytes = (await this.#file.stat()).size;
      if (this.#fileBytes < end) throw error;
    }
  }

  async #extend(target: number): Promise<void> {
    while (this.#fileBytes < target) {
      const { bytesWritten } = await this.#file.write(ZEROS, 0, Math.min(ZEROS.length, target - this.#fileBytes), this.#fileBytes);
      this.#fileBytes += bytesWritten;
    }
  }
}
