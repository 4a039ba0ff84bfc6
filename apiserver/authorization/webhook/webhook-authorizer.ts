import { stringify } from "../../../apimachinery/json/stringify.ts";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import type { AccessSpec, AccessStatus } from "../../../apis/authorization/v1/access-review.ts";
import { WebhookError } from "../../../client/webhook-error.ts";
import type { Eventual } from "../../eventual.ts";
import { ExpiringCache } from "../../expiring-cache.ts";
import type { RequestInfo } from "../../routing/request-info.ts";
import { type Attributes, type Decision, type NamedAuthorizer, NO_OPINION, type Verdict } from "../authorizer.ts";
import { type ReviewVersion, reviewDocument, reviewSpec, reviewStatus } from "./access-review.ts";

/** How a webhook decides about requests. Times in ms. */
export interface WebhookAuthorizerOptions {
  readonly name: string;
  /** Posts a question. Rejects with a WebhookError. */
  readonly ask: (question: object) => Promise<JsonObject>;
  readonly version: ReviewVersion;
  /** How long an answer counts for the same question; 0: for that one only. */
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
  /** What holds while the webhook cannot be asked. */
  readonly onFailure: Exclude<Verdict, "allow">;
  /**
   * Whether it is asked about such a request at all; default: about every one. What it throws counts as a failure of the webhook. Match
   * conditions in CEL come in here.
   */
  readonly concerns?: (spec: AccessSpec) => boolean;
  /** Told when the webhook cannot be asked. */
  readonly onProblem: (error: Error) => void;
  readonly now: () => number;
}

/** Answers that are remembered. */
const REMEMBERED = 8192;

/** Who asks for something with names longer than this together is not to fill the memory. */
const LONGEST_NAMES = 10_000;

/**
 * Asks a program elsewhere, by a SubjectAccessReview for each request (k8s.io/apiserver, plugin/pkg/authorizer/webhook). The same question is
 * asked once at a time, and not again while its answer counts.
 */
export function webhookAuthorizer(options: WebhookAuthorizerOptions): NamedAuthorizer {
  const answers = new ExpiringCache<AccessStatus>(REMEMBERED, options.now);
  const asked = new Map<string, Promise<Decision>>();
  const { concerns, onFailure, version, authorizedTtl, unauthorizedTtl } = options;
  const remembers = authorizedTtl > 0 && unauthorizedTtl > 0;

  const failed = (error: unknown): Decision => {
    if (!(error instanceof Error)) throw error;
    options.onProblem(error);
    return { verdict: onFailure, error: error.message };
  };

  const ask = async (spec: AccessSpec, key: string | undefined): Promise<Decision> => {
    let status: AccessStatus;
    try {
      status = reviewStatus(await options.ask(reviewDocument(spec, version)), version);
    } catch (error) {
      if (error instanceof WebhookError) return failed(error);
      throw error;
    }
    if (key !== undefined) answers.set(key, status, status.allowed ? authorizedTtl : unauthorizedTtl);
    return decisionOf(status);
  };

  const authorizer = (attributes: Attributes): Eventual<Decision> => {
    const spec = reviewSpec(attributes);
    try {
      if (concerns?.(spec) === false) return NO_OPINION;
    } catch (error) {
      return failed(error);
    }
    if (lengthOfNames(attributes.info) >= LONGEST_NAMES) return ask(spec, undefined);
    const key = stringify(spec);
    const answer = answers.get(key);
    if (answer !== undefined) return decisionOf(answer);
    if (!remembers) return ask(spec, key);
    const under = asked.get(key);
    if (under !== undefined) return under;
    const decision = ask(spec, key).finally(() => asked.delete(key));
    asked.set(key, decision);
    return decision;
  };

  return {
    name: options.name,
    authorizer,
    rulesFor: () => ({ rules: [], incomplete: true, error: "webhook authorizer does not support user rule resolution" }),
  };
}

function decisionOf({ allowed, denied, reason }: AccessStatus): Decision {
  const why = reason ? { reason } : {};
  if (denied) {
    return { verdict: "deny", ...why, ...(allowed && { error: "webhook subject access review returned both allow and deny response" }) };
  }
  return { verdict: allowed ? "allow" : "no-opinion", ...why };
}

const lengthOfNames = ({ namespace, verb, group, version, resource, subresource, name, path }: RequestInfo): number =>
  namespace.length + verb.length + group.length + version.length + resource.length + subresource.length + name.length + path.length;
