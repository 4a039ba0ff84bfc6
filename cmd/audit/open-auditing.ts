import type { Logger } from "pino";
import type { Auditing } from "../../apiserver/audit/auditing.ts";
import type { Backend } from "../../apiserver/audit/backends/backend.ts";
import type { Losses } from "../../apiserver/audit/backends/losses.ts";
import type { AuditSink } from "../../apiserver/audit/sink.ts";
import { readRequired } from "../certificates/private-file.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuditFlags, AuditLogFlags, AuditWebhookFlags, Delivery } from "./flags.ts";

export interface OpenAuditing {
  readonly auditing: Auditing;
  /** Writes what waits still. */
  close(): Promise<void>;
}

/**
 * Opens the record of requests that the flags ask for; undefined where there is no policy, or nowhere to write. Its parts load only then.
 * @throws StartupError naming the file, and the place in it
 */
export async function openAuditing(flags: AuditFlags, log: Logger): Promise<OpenAuditing | undefined> {
  const { policyFile, log: logFlags, webhook } = flags;
  const wanted = logFlags !== undefined || webhook !== undefined;
  if (policyFile === undefined) {
    if (wanted) log.warn("no audit policy file provided, no events will be recorded");
    return undefined;
  }
  const policy = await readPolicy(policyFile, log);
  if (!wanted) return undefined;
  const [{ Auditing }, { AuditPolicy }, { AuditCounts, Several }, { Losses }] = await Promise.all([
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
  const sinks: AuditSink[] = [];
  const close = async () => {
    for (const sink of sinks) await sink.close();
  };
  try {
    // the webhook first: it opens nothing that would have to be closed
    if (webhook !== undefined) sinks.push(await openWebhook(webhook, losses));
    if (logFlags !== undefined) sinks.unshift(await openLog(logFlags, losses, log));
  } catch (error) {
    await close();
    throw error;
  }
  const sink = sinks.length === 1 ? (sinks[0] as AuditSink) : new Several(sinks);
  return { auditing: new Auditing(new AuditPolicy(policy), sink, counts), close };
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

async function openWebhook(flags: AuditWebhookFlags, losses: Losses): Promise<AuditSink> {
  const { kubeconfigFile, initialBackoff, truncate } = flags;
  const [{ readKubeconfig }, { Webhook }, { WebhookBackend }] = await Promise.all([
    import("../../client/kubeconfig.ts"),
    import("../../client/webhook.ts"),
    import("../../apiserver/audit/backends/webhook.ts"),
  ]);
  try {
    const backoff = { ...BACKOFF, first: initialBackoff };
    const webhook = new Webhook(await readKubeconfig(kubeconfigFile), { timeout: 30_000, backoff });
    return delivered(new WebhookBackend(webhook, truncate?.maxBatchSize ?? Number.POSITIVE_INFINITY, losses), flags, losses);
  } catch (error) {
    throw new StartupError(`initializing audit webhook: ${reasonOf(error)}`, error);
  }
}

/** As for all webhooks of a kube-apiserver; the first pause is the flag's. */
const BACKOFF = { steps: 5, factor: 1.5, jitter: 0.2 };

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
