import { parseFieldSelector } from "../../../apimachinery/fields/selector.ts";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { type LabelOperator, parseLabelSelector } from "../../../apimachinery/labels/selector.ts";
import { ParseError } from "../../../apimachinery/validation/parse-error.ts";
import type { AccessSpec, AccessStatus } from "../../../apis/authorization/v1/access-review.ts";
import { GROUP, type ResourceAttributes } from "../../../apis/authorization/v1/attributes.ts";
import { ReviewAnswer } from "../../../client/review-answer.ts";
import type { RequestInfo } from "../../routing/request-info.ts";
import type { Attributes } from "../authorizer.ts";

/** The versions of a SubjectAccessReview that a webhook may speak. */
export type ReviewVersion = "v1" | "v1beta1";

const KIND = "SubjectAccessReview";

/** What is asked of a webhook, its members in the order of the Go type. Empty ones are left out. */
export function reviewSpec({ user, info }: Attributes): AccessSpec {
  const { name, groups, extra, uid } = user;
  return {
    ...(info.isResource
      ? { resourceAttributes: resourceAttributes(info) }
      : { nonResourceAttributes: { ...(info.path && { path: info.path }), ...(info.verb && { verb: info.verb }) } }),
    ...(name && { user: name }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(extra && { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
    ...(uid && { uid }),
  };
}

function resourceAttributes(info: RequestInfo): ResourceAttributes {
  const { namespace, verb, group, version, resource, subresource, name } = info;
  const fields = fieldRequirements(info.fieldSelector);
  const labels = labelRequirements(info.labelSelector);
  return {
    ...(namespace && { namespace }),
    ...(verb && { verb }),
    ...(group && { group }),
    ...(version && { version }),
    ...(resource && { resource }),
    ...(subresource && { subresource }),
    ...(name && { name }),
    ...(fields.length > 0 && { fieldSelector: { requirements: fields } }),
    ...(labels.length > 0 && { labelSelector: { requirements: labels } }),
  };
}

/** A selector only narrows what is asked for: one that cannot be read, or not said here, is left out and more is asked for. */
function fieldRequirements(selector: string | undefined) {
  const requirements = unlessBroken(() => parseFieldSelector(selector ?? "").requirements);
  return requirements.map(({ field, operator, value }) => ({
    key: field,
    operator: operator === "=" ? ("In" as const) : ("NotIn" as const),
    values: [value],
  }));
}

const OPERATORS: { readonly [operator in LabelOperator]?: string } = {
  "=": "In",
  "==": "In",
  in: "In",
  "!=": "NotIn",
  notin: "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
};

function labelRequirements(selector: string | undefined) {
  const requirements = unlessBroken(() => parseLabelSelector(selector ?? "").requirements);
  return requirements.flatMap(({ key, operator: sign, values }) => {
    const operator = OPERATORS[sign];
    return operator === undefined ? [] : [{ key, operator, ...(values.length > 0 && { values: [...values] }) }];
  });
}

function unlessBroken<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** The document to post. The older version calls the groups `group`. */
export function reviewDocument({ groups, ...spec }: AccessSpec, version: ReviewVersion): object {
  return {
    kind: KIND,
    apiVersion: `${GROUP}/${version}`,
    metadata: {},
    spec: version === "v1" ? { ...spec, groups } : { ...spec, group: groups },
    status: { allowed: false },
  };
}

/**
 * What a webhook answers. An answer that is no review of that version decides nothing.
 * @throws WebhookError saying what is wrong with it
 */
export function reviewStatus(answer: JsonObject, version: ReviewVersion): AccessStatus {
  const status = ReviewAnswer.statusOf(answer, KIND, `${GROUP}/${version}`);
  return { allowed: status.boolean("allowed"), denied: status.boolean("denied"), reason: status.text("reason") };
}
