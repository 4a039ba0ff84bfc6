import { StorageError } from "../storage/storage.ts";
import { type Flags, parseFlags, type Task } from "./flags.ts";
import { createLog } from "./log.ts";
import { startServer } from "./server.ts";
import { StartupError } from "./startup-error.ts";
import { VERSION } from "./version.ts";

/** A server that cannot drain within this time is ended all the same. */
const SHUTDOWN_MS = 20_000;

/** A Ctrl-C comes twice under `npm start`: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 250;

const say = (line: string) => process.stdout.write(`${line}\n`);
/** A path as one can paste it into a shell. */
const shellWord = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const complain = (line: string) => process.stderr.write(`datum-apiserver: ${line}\n`);

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  const parsed = parseFlags(argv);
  if ("print" in parsed) return void process.stdout.write(parsed.print);
  if ("errors" in parsed) {
    for (const error of parsed.errors) complain(error);
    process.exitCode = 1;
  } else if ("task" in parsed) await work(parsed.task);
  else await serve(parsed.flags);
}

async function work(task: Task): Promise<void> {
  const { perform } = await import("./tasks.ts");
  try {
    say(await perform(task));
  } catch (error) {
    if (!(error instanceof StartupError || error instanceof StorageError)) throw error;
    complain(error.message);
    process.exitCode = 1;
  }
}

async function serve(flags: Flags): Promise<void> {
  const log = createLog(flags.verbosity);
  // A promise that nobody waited for is a defect, but no reason to take everybody's server away.
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was rejected unexpectedly"));

  try {
    const server = await startServer({ ...flags, log });
    closeOnSignals(() => server.close());
    say(`datum-apiserver ${VERSION} is ready at ${server.url}\n`);
    say(`  export KUBECONFIG=${shellWord(server.kubeconfigPath)}`);
    say("  kubectl api-resources\n");
  } catch (error) {
    if (error instanceof StartupError || error instanceof StorageError) complain(error.message);
    else log.fatal({ err: error }, "the server could not start");
    // Whatever half-opened thing is left must not keep the process.
    process.exit(1);
  }
}

/** The first signal closes in good order, the second one at once. */
function closeOnSignals(close: () => Promise<void>): void {
  let closing: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing !== undefined) {
      if (performance.now() - closing > ECHO_MS) process.exit(signal === "SIGINT" ? 130 : 143);
      return;
    }
    closing = performance.now();
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    close().then(
      () => process.exit(0),
      (error) => {
        complain(`could not close in good order: ${error instanceof Error ? error.message : error}`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
