import { open, readFile, rename, rm } from "node:fs/promises";
import { reasonOf, StartupError } from "../startup-error.ts";

/** The text of a file, or undefined where there is none. Throws a StartupError that names the file. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StartupError(`cannot read ${file}: ${reasonOf(error)}`, error);
  }
}

/** Like {@link readText}, of a file that must be there. */
export async function readRequired(file: string): Promise<string> {
  const text = await readText(file);
  if (text === undefined) throw new StartupError(`cannot read ${file}: no such file or directory`);
  return text;
}

/**
 * Writes a file whole or not at all, for its owner alone: after a crash there is the old text or the new one.
 * Throws a StartupError that names the file.
 */
export async function writePrivate(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(draft, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new StartupError(`cannot write ${file}: ${reasonOf(error)}`, error);
  }
}
