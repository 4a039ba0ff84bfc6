import { getSystemErrorMap } from "node:util";

/** Why the program cannot start, in one line for the person who started it. No stack trace is shown. */
export class StartupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartupError";
  }
}

/** What went wrong, in one line; where the operating system refused, its words without the call and its arguments: `permission denied`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known?.[1] ?? error.message.split("\n", 1)[0]!;
}
