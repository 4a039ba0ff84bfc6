import type { Logger } from "pino";
import type { Auditing } from "../../apiserver/audit/auditing.ts";
import type { Backend } from "../../apiserver/audit/backends/backend.ts";
import type { Losses } from "../../apiserver/audit/backends/losses.ts";
import type { AuditSink } from "../../apiserver/audit/sink.ts";
import { readRequired } from "../certificates/private-file.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuditFlags, AuditLogFlags, Delivery } from "./flags.ts";

export interface OpenAuditing {
  readonly auditing: Auditing;
  /** Writes what waits still. */
  close(): Promise<void>;
}

/**
 * Opens the record of requests that the flags ask for; undefined where there is no policy, or nowhere to write. Its parts load only then.
 * @throws StartupError naming the file, and the place in it
 */
export async function openAuditing({ policyFile, log: logFlags }: AuditFlags, log: Logger): Promise<OpenAuditing | undefined> {
  if (policyFile === undefined) {
    if (logFlags !== undefined) log.warn("no audit policy file provided, no events will be recorded");
    return undefined;
  }
  const policy = await readPolicy(policyFile, log);
  if (logFlags === undefined) return undefined;
  const [{ Auditing }, { AuditPolicy }, { AuditCounts }, { Losses }] = await Promise.all([
    import("../../apiserver/audit/auditing.ts"),
    import("../../apiserver/audit/policy.ts"),
    import("../../apiserver/audit/sink.ts"),
    import("../../apiserver/audit/backends/losses.ts"),
  ]);
  const counts = new AuditCounts();
  const losses = new Losses(
    counts,
    ({ where, error, events, example }) => log.error({ err: error, plugin: where, events, example }, "events of the audit log were lost"),
    () => performance.now(),
  );
  const sink = await openLog(logFlags, losses, log);
  return { auditing: new Auditing(new AuditPolicy(policy), sink, counts), close: async () => sink.close() };
}

async function readPolicy(file: string, log: Logger) {
  const text = await readRequired(file);
  const { parseAuditPolicy } = await import("../../apiserver/audit/policy-file.ts");
  try {
    return parseAuditPolicy(text, (error) =>
      log.warn({ err: error, file }, "audit policy contains errors, falling back to lenient decoding"),
    );
  } catch (error) {
    throw new StartupError(`${file}: ${reasonOf(error)}`, error);
  }
}

async function openLog(flags: AuditLogFlags, losses: Losses, log: Logger): Promise<AuditSink> {
  const { LogBackend, standardOutput } = await import("../../apiserver/audit/backends/log.ts");
  const lines = flags.path === "-" ? standardOutput : await openFile(flags, log);
  return delivered(new LogBackend(lines, flags.format, losses), flags, losses);
}

async function openFile({ path: file, maxSize, maxAge, maxBackups, compress }: AuditLogFlags, log: Logger) {
  const { RotatingFile } = await import("../../apiserver/audit/backends/rotating-file.ts");
  const onProblem = (error: unknown) => log.error({ err: error, file }, "an old audit log could not be packed or removed");
  try {
    return new RotatingFile({ file, maxSize, maxAge, maxBackups, compress, now: Date.now, onProblem });
  } catch (error) {
    throw new StartupError(`${file}: ${reasonOf(error)}`, error);
  }
}

async function delivered(backend: Backend, { mode, batches, truncate }: Delivery, losses: Losses): Promise<AuditSink> {
  const [{ Blocking }, { Batching }, { Truncating }] = await Promise.all([
    import("../../apiserver/audit/backends/backend.ts"),
    import("../../apiserver/audit/backends/batching.ts"),
    import("../../apiserver/audit/backends/truncating.ts"),
  ]);
  const sink =
    mode === "batch" ? new Batching(backend, batches, losses, () => performance.now()) : new Blocking(backend, mode === "blocking-strict");
  return truncate === undefined ? sink : new Truncating(sink, truncate.maxEventSize, losses);
}
