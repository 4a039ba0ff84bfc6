import { ConfigurationError, parseConfiguration } from "../../../apimachinery/configuration/parse.ts";
import { errorText } from "../../../apimachinery/field/error.ts";
import { parseDuration } from "../../../apimachinery/time/duration.ts";
import { ParseError } from "../../../apimachinery/validation/parse-error.ts";
import type { ReviewVersion } from "../webhook/access-review.ts";
import { authorizationErrors, type BuiltIn } from "./rules.ts";

/** The authorizers of a server, in the order in which they are asked. */
export type AuthorizerConfiguration = { readonly type: BuiltIn } | { readonly type: "Webhook"; readonly webhook: WebhookConfiguration };

/** Times in ms. */
export interface WebhookConfiguration {
  readonly name: string;
  readonly kubeconfigFile: string;
  /** For one attempt. */
  readonly timeout: number;
  readonly version: ReviewVersion;
  /** 0: answers are not remembered. */
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
  readonly failurePolicy: FailurePolicy;
}

export type FailurePolicy = "NoOpinion" | "Deny";

/** As it stands in the file, with durations read. What has to be there may be missing: the rules tell. */
export interface GivenConfiguration {
  readonly authorizers?: readonly GivenAuthorizer[] | null;
}

export interface GivenAuthorizer {
  readonly type?: string;
  readonly name?: string;
  readonly webhook?: GivenWebhook | null;
}

export interface GivenWebhook<Duration = number> {
  readonly authorizedTTL?: Duration;
  readonly cacheAuthorizedRequests?: boolean;
  readonly unauthorizedTTL?: Duration;
  readonly cacheUnauthorizedRequests?: boolean;
  readonly timeout?: Duration;
  readonly subjectAccessReviewVersion?: string;
  readonly matchConditionSubjectAccessReviewVersion?: string;
  readonly failurePolicy?: string;
  readonly connectionInfo?: { readonly type?: string; readonly kubeConfigFile?: string | null };
  readonly matchConditions?: readonly { readonly expression?: string }[] | null;
}

const DEFAULT_AUTHORIZED_TTL = 300_000;
const DEFAULT_UNAUTHORIZED_TTL = 30_000;

/**
 * Reads the text of an AuthorizationConfiguration, YAML or JSON (k8s.io/apiserver, pkg/apis/apiserver/v1; kubernetes,
 * pkg/kubeapiserver/authorizer/config.go).
 * @param required types that have to be among the authorizers, because they were when the server started
 * @throws ConfigurationError with kube-apiserver's words for what breaks a rule
 */
export function parseAuthorizationConfiguration(text: string, required: Iterable<string> = []): readonly AuthorizerConfiguration[] {
  const given = readDurations(parseConfiguration<GivenConfiguration>(text, SCHEMA));
  const errors = authorizationErrors(given).map(errorText);
  if (errors.length > 0) throw new ConfigurationError(errors);
  const authorizers = (given.authorizers ?? []).map(configurationOf);
  const types = new Set<string>(authorizers.map(({ type }) => type));
  const missing = [...new Set(required)].filter((type) => type !== "Webhook" && !types.has(type)).sort();
  if (missing.length > 0) throw new ConfigurationError([`missing required types: [${missing.join(" ")}]`]);
  return authorizers;
}

function readDurations({ authorizers }: GivenConfiguration): GivenConfiguration {
  const mistakes: string[] = [];
  const read = (text: unknown, place: string): number | undefined => {
    if (text === undefined) return undefined;
    try {
      return parseDuration(text as string);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      mistakes.push(`${place}: ${error.message}`);
      return undefined;
    }
  };
  const readAll = (authorizer: GivenAuthorizer, index: number): GivenAuthorizer => {
    if (!authorizer.webhook) return authorizer;
    const times = (["authorizedTTL", "unauthorizedTTL", "timeout"] as const).map(
      (name) => [name, read(authorizer.webhook?.[name], `authorizers[${index}].webhook.${name}`)] as const,
    );
    return { ...authorizer, webhook: { ...authorizer.webhook, ...Object.fromEntries(times) } };
  };
  const converted = { authorizers: authorizers?.map(readAll) ?? [] };
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return converted;
}

/** Of an authorizer that breaks no rule. */
function configurationOf({ type, name, webhook }: GivenAuthorizer): AuthorizerConfiguration {
  if (!webhook) return { type: type as BuiltIn };
  return {
    type: "Webhook",
    webhook: {
      name: name as string,
      kubeconfigFile: webhook.connectionInfo?.kubeConfigFile as string,
      timeout: webhook.timeout as number,
      version: webhook.subjectAccessReviewVersion as ReviewVersion,
      authorizedTtl: webhook.cacheAuthorizedRequests === false ? 0 : webhook.authorizedTTL || DEFAULT_AUTHORIZED_TTL,
      unauthorizedTtl: webhook.cacheUnauthorizedRequests === false ? 0 : webhook.unauthorizedTTL || DEFAULT_UNAUTHORIZED_TTL,
      failurePolicy: webhook.failurePolicy as FailurePolicy,
    },
  };
}

const TEXT = { type: "string" };
const SWITCH = { type: "boolean" };

/** Shapes only: what has to be there, and what may stand there, is told in kube-apiserver's words. */
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["apiVersion", "kind"],
  properties: {
    apiVersion: { enum: ["apiserver.config.k8s.io/v1"] },
    kind: { enum: ["AuthorizationConfiguration"] },
    authorizers: {
      type: ["array", "null"],
      items: {
        type: "object",
        additionalProperties: false,
        properties: {
          type: TEXT,
          name: TEXT,
          webhook: {
            type: ["object", "null"],
            additionalProperties: false,
            properties: {
              authorizedTTL: TEXT,
              cacheAuthorizedRequests: SWITCH,
              unauthorizedTTL: TEXT,
              cacheUnauthorizedRequests: SWITCH,
              timeout: TEXT,
              subjectAccessReviewVersion: TEXT,
              matchConditionSubjectAccessReviewVersion: TEXT,
              failurePolicy: TEXT,
              connectionInfo: {
                type: "object",
                additionalProperties: false,
                properties: { type: TEXT, kubeConfigFile: { type: ["string", "null"] } },
              },
              matchConditions: {
                type: ["array", "null"],
                items: { type: "object", additionalProperties: false, properties: { expression: TEXT } },
              },
            },
          },
        },
      },
    },
  },
};
