/** Why the program cannot start, in one line for the person who started it. No stack trace is shown. */
export class StartupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartupError";
  }
}

/** What the operating system says of a failed call, without its code and path: `permission denied`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // `EACCES: permission denied, open '/x/y'`
  const match = code === undefined ? null : new RegExp(`(?:^|\\s)${code}:? ([^,]+)`).exec(error.message);
  return match?.[1] ?? error.message.split("\n", 1)[0]!;
}
