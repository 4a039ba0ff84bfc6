import { type Command, Option } from "commander";
import { quote } from "../../apimachinery/go-text.ts";
import { parseDuration } from "../../apimachinery/time/duration.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import { ABSENT, BUILT_IN, type BuiltIn } from "../../apiserver/authorization/configuration/rules.ts";
import type { ReviewVersion } from "../../apiserver/authorization/webhook/access-review.ts";

/** What the command line says of who may do what. Names are kube-apiserver's. */
export type AuthorizationFlags =
  | { readonly configFile: string }
  | { readonly modes: readonly (BuiltIn | "Webhook")[]; readonly webhook: WebhookFlags | undefined };

/** Times in ms. */
export interface WebhookFlags {
  readonly kubeconfigFile: string;
  readonly version: ReviewVersion;
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
}

/** What holds where the command line says nothing. */
export const DEFAULT_AUTHORIZATION: AuthorizationFlags = { modes: ["RBAC"], webhook: undefined };

export interface AuthorizationValues {
  authorizationMode?: string[];
  authorizationConfig?: string;
  authorizationWebhookConfigFile?: string;
  authorizationWebhookVersion?: string;
  authorizationWebhookCacheAuthorizedTtl?: string;
  authorizationWebhookCacheUnauthorizedTtl?: string;
}

const collect = (value: string, before: string[] = []) => [...before, ...value.split(",")];

export function authorizationOptions(command: Command): Command {
  const modes = [...BUILT_IN, "Webhook"].join(", ");
  return command
    .addOption(
      new Option(
        "--authorization-mode <modes>",
        `who is asked, in this order, whether a request is allowed, separated by commas: ${modes} (default: RBAC)`,
      ).argParser(collect),
    )
    .option("--authorization-config <file>", "an AuthorizationConfiguration that says the same and more; read again when it changes")
    .option("--authorization-webhook-config-file <file>", "for the mode Webhook: a kubeconfig that says how it is asked")
    .option("--authorization-webhook-version <version>", "the version in which it is asked, v1 or v1beta1 (default: v1beta1)")
    .option("--authorization-webhook-cache-authorized-ttl <time>", "how long it counts that it allowed a request; 0 for once (default: 5m)")
    .option("--authorization-webhook-cache-unauthorized-ttl <time>", "how long it counts that it did not; 0 for once (default: 30s)");
}

/** @param errors told one line per mistake (kubernetes, pkg/kubeapiserver/options/authorization.go) */
export function authorizationFlags(values: AuthorizationValues, errors: string[]): AuthorizationFlags {
  const { authorizationConfig: configFile, authorizationMode: given, authorizationWebhookConfigFile: kubeconfigFile, ...webhook } = values;
  const {
    authorizationWebhookVersion: version,
    authorizationWebhookCacheAuthorizedTtl,
    authorizationWebhookCacheUnauthorizedTtl,
  } = webhook;
  const others = [given, kubeconfigFile, version, authorizationWebhookCacheAuthorizedTtl, authorizationWebhookCacheUnauthorizedTtl];
  if (configFile !== undefined) {
    if (others.some((value) => value !== undefined))
      errors.push("--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined");
    return { configFile };
  }
  const modes = given ?? ["RBAC"];
  for (const mode of modes) {
    if (ABSENT[mode] !== undefined) errors.push(`authorization-mode ${mode} ${ABSENT[mode]}`);
    else if (mode !== "Webhook" && !(BUILT_IN as readonly string[]).includes(mode))
      errors.push(`authorization-mode ${quote(mode)} is not a valid mode`);
  }
  const asksWebhook = modes.includes("Webhook");
  if (asksWebhook && !kubeconfigFile) errors.push("authorization-mode Webhook's authorization config file not passed");
  if (kubeconfigFile && !asksWebhook) errors.push("cannot specify --authorization-webhook-config-file without mode Webhook");
  if (new Set(modes).size < modes.length)
    errors.push(`authorization-mode [${modes.map(quote).join(" ")}] has mode specified more than once`);
  if (version !== undefined && version !== "v1" && version !== "v1beta1")
    errors.push(`unsupported webhook authorizer version ${quote(version)}, supported versions are "v1", "v1beta1"`);
  const ttl = (flag: string, text = "") => (text === "" ? undefined : time(`--authorization-webhook-cache-${flag}-ttl`, text, errors));
  const authorizedTtl = ttl("authorized", authorizationWebhookCacheAuthorizedTtl) ?? 300_000;
  const unauthorizedTtl = ttl("unauthorized", authorizationWebhookCacheUnauthorizedTtl) ?? 30_000;
  return {
    modes: modes as (BuiltIn | "Webhook")[],
    webhook: kubeconfigFile
      ? { kubeconfigFile, version: (version ?? "v1beta1") as ReviewVersion, authorizedTtl, unauthorizedTtl }
      : undefined,
  };
}

function time(flag: string, text: string, errors: string[]): number {
  try {
    const milliseconds = parseDuration(text);
    if (milliseconds >= 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  errors.push(`${flag}: ${JSON.stringify(text)} is not a time such as 5m or 30s`);
  return 0;
}
