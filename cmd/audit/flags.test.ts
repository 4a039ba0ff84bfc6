import { describe, expect, it } from "vitest";
import { parseFlags } from "../flags.ts";
import { type AuditLogFlags, type AuditWebhookFlags, DEFAULT_AUDIT } from "./flags.ts";

function flagsOf(...flags: string[]) {
  const parsed = parseFlags(flags);
  if (!("flags" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.flags.audit;
}

describe("flags of the audit log", () => {
  it("have kube-apiserver's defaults", () => {
    expect(flagsOf()).toEqual(DEFAULT_AUDIT);
    expect(flagsOf("--audit-log-path=-").log).toEqual({
      path: "-",
      format: "json",
      mode: "blocking",
      maxSize: 100 * 1024 * 1024,
      maxAge: 366 * 86_400_000,
      maxBackups: 100,
      compress: false,
      batches: { bufferSize: 10_000, maxBatchSize: 1, maxWait: 0, throttle: undefined },
      truncate: undefined,
    } satisfies AuditLogFlags);
    expect(flagsOf("--audit-webhook-config-file=k", "--audit-webhook-truncate-enabled").webhook).toEqual({
      kubeconfigFile: "k",
      initialBackoff: 10_000,
      mode: "batch",
      batches: { bufferSize: 10_000, maxBatchSize: 400, maxWait: 30_000, throttle: { perSecond: 10, burst: 15 } },
      truncate: { maxEventSize: 102_400, maxBatchSize: 10_485_760 },
    } satisfies AuditWebhookFlags);
  });

  it.each([
    [["--audit-log-mode=sometimes"], 'invalid audit log mode sometimes, allowed modes are "batch,blocking,blocking-strict"'],
    [["--audit-log-format=xml"], 'invalid audit log format xml, allowed formats are "legacy,json"'],
    [["--audit-log-maxage=-1"], "--audit-log-maxage -1 can't be a negative number"],
    [["--audit-log-maxsize=many"], '--audit-log-maxsize: "many" is not a number'],
    [["--audit-log-version=v2"], '--audit-log-version: invalid group version, allowed versions are ["audit.k8s.io/v1"]'],
    [["--audit-log-mode=batch", "--audit-log-batch-buffer-size=0"], "invalid audit batch log buffer size 0, must be a positive number"],
    [
      ["--audit-log-truncate-max-batch-size=5"],
      "invalid audit truncate log max batch size 5, must be greater than max event size (102400)",
    ],
    [
      ["--audit-webhook-config-file=k", "--audit-webhook-batch-throttle-qps=0"],
      "invalid audit batch webhook throttle QPS 0, must be a positive number",
    ],
    [
      ["--audit-webhook-config-file=k", "--audit-webhook-initial-backoff=soon"],
      '--audit-webhook-initial-backoff: "soon" is not a time such as 30s',
    ],
  ])("are refused: %s", (flags, message) => {
    expect(parseFlags(["--audit-log-path=a", ...flags])).toEqual({ errors: [message] });
  });

  it("that are of no use are not looked at", () => {
    expect(flagsOf("--audit-log-mode=sometimes", "--audit-webhook-mode=never")).toEqual(DEFAULT_AUDIT);
    expect(flagsOf("--audit-log-path=a", "--audit-log-batch-buffer-size=0").log?.mode).toBe("blocking");
  });
});
