import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../apimachinery/time/duration.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import type { BatchOptions } from "../../apiserver/audit/backends/batching.ts";
import { LOG_FORMATS, type LogFormat } from "../../apiserver/audit/backends/log.ts";

/** What the command line says of the record of requests. Names and defaults are kube-apiserver's (k8s.io/apiserver, pkg/server/options/audit.go). */
export interface AuditFlags {
  /** Undefined: nothing is recorded. */
  readonly policyFile: string | undefined;
  readonly log: AuditLogFlags | undefined;
  readonly webhook: AuditWebhookFlags | undefined;
}

/** Of events. */
const VERSION = "audit.k8s.io/v1";

export const MODES = ["batch", "blocking", "blocking-strict"] as const;

/** How events get to where they are kept. */
export interface Delivery {
  /** Events are written later, together; or their requests wait, and are refused if that is strict. */
  readonly mode: (typeof MODES)[number];
  readonly batches: BatchOptions;
  /** Bytes; undefined: nothing is cut off. */
  readonly truncate: { readonly maxEventSize: number; readonly maxBatchSize: number } | undefined;
}

export interface AuditLogFlags extends Delivery {
  /** `-` for the program's output. */
  readonly path: string;
  readonly format: LogFormat;
  /** Bytes; 0 for a file that grows without end. */
  readonly maxSize: number;
  /** Milliseconds; 0 for ever. */
  readonly maxAge: number;
  /** 0 for any number. */
  readonly maxBackups: number;
  readonly compress: boolean;
}

export interface AuditWebhookFlags extends Delivery {
  readonly kubeconfigFile: string;
  /** Milliseconds before what failed is tried a second time. */
  readonly initialBackoff: number;
}

/** What holds where the command line says nothing. */
export const DEFAULT_AUDIT: AuditFlags = { policyFile: undefined, log: undefined, webhook: undefined };

export interface AuditValues {
  auditPolicyFile?: string;
  auditLogPath?: string;
  auditLogFormat: string;
  auditLogMaxsize: string;
  auditLogMaxage: string;
  auditLogMaxbackup: string;
  auditLogCompress: boolean;
  auditLogVersion: string;
  auditLogMode: string;
  auditLogBatchBufferSize: string;
  auditLogBatchMaxSize: string;
  auditLogBatchMaxWait: string;
  auditLogBatchThrottleEnable: boolean;
  auditLogBatchThrottleQps: string;
  auditLogBatchThrottleBurst: string;
  auditLogTruncateEnabled: boolean;
  auditLogTruncateMaxBatchSize: string;
  auditLogTruncateMaxEventSize: string;
  auditWebhookConfigFile?: string;
  auditWebhookInitialBackoff: string;
  auditWebhookBatchInitialBackoff?: string;
  auditWebhookVersion: string;
  auditWebhookMode: string;
  auditWebhookBatchBufferSize: string;
  auditWebhookBatchMaxSize: string;
  auditWebhookBatchMaxWait: string;
  auditWebhookBatchThrottleEnable: boolean;
  auditWebhookBatchThrottleQps: string;
  auditWebhookBatchThrottleBurst: string;
  auditWebhookTruncateEnabled: boolean;
  auditWebhookTruncateMaxBatchSize: string;
  auditWebhookTruncateMaxEventSize: string;
}

/** As Go reads flags: `--audit-log-compress`, `--audit-log-compress=false`. */
function readBoolean(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new InvalidArgumentError("it has to be true or false.");
}

const switchOption = (name: string, description: string, value: boolean) =>
  new Option(`--${name} [bool]`, description).preset("true").argParser(readBoolean).default(value, String(value));

const option = (flag: string, description: string, value: string, shown = value) =>
  new Option(`--${flag}`, description).default(value, shown);

export function auditOptions(command: Command): Command {
  command
    .option("--audit-policy-file <file>", "an audit.k8s.io/v1 Policy: which requests are recorded, and how much of them")
    .option("--audit-log-path <file>", "where the record is written, an event a line; - for the standard output")
    .addOption(option("audit-log-format <format>", `how: ${LOG_FORMATS.join(" or ")}`, "json"))
    .addOption(option("audit-log-maxsize <megabytes>", "how large the file becomes before there is a new one; 0 for any size", "100"))
    .addOption(option("audit-log-maxage <days>", "how long old files are kept; 0 for ever", "366"))
    .addOption(option("audit-log-maxbackup <number>", "how many old files are kept; 0 for any number", "100"))
    .addOption(switchOption("audit-log-compress", "pack old files with gzip", false))
    .addOption(option("audit-log-version <version>", "the version of events: there is but one", VERSION));
  deliveryOptions(command, "log", { mode: "blocking", maxBatchSize: "1", maxWait: "0s", throttled: false, qps: "0", burst: "0" });
  command
    .option("--audit-webhook-config-file <file>", "a kubeconfig: a program elsewhere that the record is sent to, as EventLists")
    .addOption(option("audit-webhook-initial-backoff <time>", "how long to wait before what failed is sent again; longer each time", "10s"))
    .addOption(new Option("--audit-webhook-batch-initial-backoff <time>", "the older name of that").hideHelp())
    .addOption(option("audit-webhook-version <version>", "the version of events: there is but one", VERSION));
  return deliveryOptions(command, "webhook", {
    mode: "batch",
    maxBatchSize: "400",
    maxWait: "30s",
    throttled: true,
    qps: "10",
    burst: "15",
  });
}

interface DeliveryDefaults {
  readonly mode: string;
  readonly maxBatchSize: string;
  readonly maxWait: string;
  readonly throttled: boolean;
  readonly qps: string;
  readonly burst: string;
}

function deliveryOptions(command: Command, where: string, defaults: DeliveryDefaults): Command {
  const batch = `audit-${where}-batch`;
  const truncate = `audit-${where}-truncate`;
  return command
    .addOption(option(`audit-${where}-mode <mode>`, `whether requests wait for it: ${MODES.join(", ")}`, defaults.mode))
    .addOption(option(`${batch}-buffer-size <events>`, "of the mode batch: how many events may wait; more are lost", "10000"))
    .addOption(option(`${batch}-max-size <events>`, "how many are written together", defaults.maxBatchSize))
    .addOption(option(`${batch}-max-wait <time>`, "how long one waits for others", defaults.maxWait))
    .addOption(switchOption(`${batch}-throttle-enable`, "write no more often than the next two say", defaults.throttled))
    .addOption(option(`${batch}-throttle-qps <number>`, "how many batches a second", defaults.qps))
    .addOption(option(`${batch}-throttle-burst <number>`, "how many at once after a pause", defaults.burst))
    .addOption(switchOption(`${truncate}-enabled`, "take the objects out of events that are too long", false))
    .addOption(
      option(`${truncate}-max-event-size <bytes>`, "how long an event may be; what is longer without its objects is lost", "102400"),
    )
    .addOption(option(`${truncate}-max-batch-size <bytes>`, "how long a batch may be; a longer one is split", "10485760"));
}

/** @param errors told one line per mistake */
export function auditFlags(values: AuditValues, errors: string[]): AuditFlags {
  const { auditPolicyFile: policyFile, auditLogPath: path, auditWebhookConfigFile: kubeconfigFile } = values;
  return {
    policyFile: policyFile || undefined,
    log: path ? logFlags(path, values, errors) : undefined,
    webhook: kubeconfigFile ? webhookFlags(kubeconfigFile, values, errors) : undefined,
  };
}

const MEGABYTE = 1024 * 1024;
const DAY = 86_400_000;

function logFlags(path: string, values: AuditValues, errors: string[]): AuditLogFlags {
  const { auditLogFormat: format } = values;
  if (!(LOG_FORMATS as readonly string[]).includes(format)) {
    errors.push(`invalid audit log format ${format}, allowed formats are "${LOG_FORMATS.join(",")}"`);
  }
  return {
    ...deliveryFlags("Log", values, errors),
    path,
    format: format as LogFormat,
    maxSize: count("--audit-log-maxsize", values.auditLogMaxsize, errors) * MEGABYTE,
    maxAge: count("--audit-log-maxage", values.auditLogMaxage, errors) * DAY,
    maxBackups: count("--audit-log-maxbackup", values.auditLogMaxbackup, errors),
    compress: values.auditLogCompress,
  };
}

function webhookFlags(kubeconfigFile: string, values: AuditValues, errors: string[]): AuditWebhookFlags {
  const { auditWebhookBatchInitialBackoff: older, auditWebhookInitialBackoff: backoff } = values;
  return {
    ...deliveryFlags("Webhook", values, errors),
    kubeconfigFile,
    initialBackoff: time("--audit-webhook-initial-backoff", older ?? backoff, errors),
  };
}

/** What is said of batches counts only where there are any. */
function deliveryFlags(of: "Log" | "Webhook", values: AuditValues, errors: string[]): Delivery {
  const where = of.toLowerCase();
  const mode = values[`audit${of}Mode`];
  if (!(MODES as readonly string[]).includes(mode)) {
    errors.push(`invalid audit ${where} mode ${mode}, allowed modes are "${MODES.join(",")}"`);
  }
  if (values[`audit${of}Version`] !== VERSION) {
    errors.push(`--audit-${where}-version: invalid group version, allowed versions are ["${VERSION}"]`);
  }
  const positive = (what: string, text: string) => {
    if (mode === "batch" && !(Number(text) > 0)) errors.push(`invalid audit batch ${where} ${what} ${text}, must be a positive number`);
    return Number(text);
  };
  const truncate = `--audit-${where}-truncate`;
  const maxEventSize = count(`${truncate}-max-event-size`, values[`audit${of}TruncateMaxEventSize`], errors);
  const maxBatchSize = count(`${truncate}-max-batch-size`, values[`audit${of}TruncateMaxBatchSize`], errors);
  if (maxEventSize === 0) errors.push(`invalid audit truncate ${where} max event size ${maxEventSize}, must be a positive number`);
  if (maxBatchSize < maxEventSize) {
    errors.push(`invalid audit truncate ${where} max batch size ${maxBatchSize}, must be greater than max event size (${maxEventSize})`);
  }
  return {
    mode: mode as Delivery["mode"],
    batches: {
      bufferSize: positive("buffer size", values[`audit${of}BatchBufferSize`]),
      maxBatchSize: positive("max batch size", values[`audit${of}BatchMaxSize`]),
      maxWait: time(`--audit-${where}-batch-max-wait`, values[`audit${of}BatchMaxWait`], errors),
      throttle: values[`audit${of}BatchThrottleEnable`]
        ? {
            perSecond: positive("throttle QPS", values[`audit${of}BatchThrottleQps`]),
            burst: positive("throttle burst", values[`audit${of}BatchThrottleBurst`]),
          }
        : undefined,
    },
    truncate: values[`audit${of}TruncateEnabled`] ? { maxEventSize, maxBatchSize } : undefined,
  };
}

function count(flag: string, text: string, errors: string[]): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  errors.push(/^-\d+$/.test(text) ? `${flag} ${text} can't be a negative number` : `${flag}: ${JSON.stringify(text)} is not a number`);
  return 0;
}

function time(flag: string, text: string, errors: string[]): number {
  try {
    const milliseconds = parseDuration(text);
    if (milliseconds >= 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  errors.push(`${flag}: ${JSON.stringify(text)} is not a time such as 30s`);
  return 0;
}
