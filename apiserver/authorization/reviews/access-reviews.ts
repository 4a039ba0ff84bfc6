import type { FieldError } from "../../../apimachinery/field/error.ts";
import { FieldSelector, parseFieldSelector } from "../../../apimachinery/fields/selector.ts";
import { LabelSelector, parseLabelSelector } from "../../../apimachinery/labels/selector.ts";
import { invalid } from "../../../apimachinery/status/status.ts";
import { ParseError } from "../../../apimachinery/validation/parse-error.ts";
import type { AccessReview, AccessSpec, AccessStatus } from "../../../apis/authorization/v1/access-review.ts";
import {
  type FieldSelectorAttributes,
  GROUP,
  type LabelSelectorAttributes,
  type ResourceAttributes,
} from "../../../apis/authorization/v1/attributes.ts";
import {
  localSubjectAccessReviewErrors,
  selfSubjectAccessReviewErrors,
  subjectAccessReviewErrors,
} from "../../../apis/authorization/v1/validation.ts";
import { labelRequirementOf } from "../../../apis/meta/v1/label-selector.ts";
import { whenThere } from "../../eventual.ts";
import type { UserInfo } from "../../request.ts";
import type { RequestInfo } from "../../routing/request-info.ts";
import type { Answerer } from "../../verbs/answer.ts";
import type { Authorizer, Decision } from "../authorizer.ts";

/**
 * Answers the question whether somebody may do something, as the authorizers would decide a request (kubernetes,
 * pkg/registry/authorization; recordings access/subject-access-reviews and access/local-and-self-access-reviews).
 */
const answer =
  (
    authorizer: Authorizer,
    errorsOf: (review: AccessReview) => FieldError[],
    subjectOf: (spec: AccessSpec, asking: UserInfo) => UserInfo,
  ): Answerer =>
  ({ object, context }) => {
    const review = object as AccessReview;
    const errors = errorsOf(review);
    // the kind is left out, as kube-apiserver does
    if (errors.length > 0) throw invalid({ group: GROUP, kind: "" }, "", errors);
    const { spec } = review;
    const { info, problems } = requestOf(spec, context.info.controlPlane);
    return whenThere(authorizer({ user: subjectOf(spec, context.user), info }), (decision) => ({
      ...review,
      status: statusOf(decision, problems),
    }));
  };

const somebody = ({ user = "", uid, groups = [], extra }: AccessSpec): UserInfo => ({
  name: user,
  ...(uid && { uid }),
  groups,
  ...(extra && { extra }),
});

export const subjectAccessReviews = (authorizer: Authorizer) => answer(authorizer, subjectAccessReviewErrors, somebody);
export const localSubjectAccessReviews = (authorizer: Authorizer) => answer(authorizer, localSubjectAccessReviewErrors, somebody);
export const selfSubjectAccessReviews = (authorizer: Authorizer) =>
  answer(authorizer, selfSubjectAccessReviewErrors, (_, asking) => asking);

function statusOf({ verdict, reason, error }: Decision, problems: readonly string[]): AccessStatus {
  const errors = error === undefined ? problems : [error, ...problems];
  return {
    allowed: verdict === "allow",
    ...(verdict === "deny" && { denied: true }),
    ...(reason && { reason }),
    ...(errors.length > 0 && { evaluationError: errors.join("; ") }),
  };
}

interface AskedRequest {
  readonly info: RequestInfo;
  /** What of the question is left out of account. */
  readonly problems: readonly string[];
}

/** The request that a review asks about. */
function requestOf({ resourceAttributes, nonResourceAttributes }: AccessSpec, controlPlane: string): AskedRequest {
  const nothing = {
    path: "",
    isResource: false,
    controlPlane,
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
  };
  if (resourceAttributes === undefined) {
    const { path = "", verb = "" } = nonResourceAttributes ?? {};
    return { info: { ...nothing, path, verb }, problems: [] };
  }
  const { verb = "", group = "", version, namespace = "", resource = "", subresource = "", name = "" } = resourceAttributes;
  const { selectors, problems } = selectorsOf(resourceAttributes);
  const info = { ...nothing, isResource: true, verb, group, version: version || "*", namespace, resource, subresource, name, ...selectors };
  return { info, problems };
}

/** Selectors as a request writes them. One that cannot be read limits nothing, and is told of. */
function selectorsOf({ fieldSelector, labelSelector }: ResourceAttributes) {
  const selectors: { fieldSelector?: string; labelSelector?: string } = {};
  const problems: string[] = [];
  const attempt = (name: "fieldSelector" | "labelSelector", read: () => string) => {
    try {
      selectors[name] = read();
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      problems.push(`spec.resourceAttributes.${name} ignored due to parse error`);
    }
  };
  if (fieldSelector !== undefined) attempt("fieldSelector", () => fieldSelectorText(fieldSelector));
  if (labelSelector !== undefined) attempt("labelSelector", () => labelSelectorText(labelSelector));
  return { selectors, problems };
}

function labelSelectorText({ rawSelector, requirements = [] }: LabelSelectorAttributes): string {
  const selector = rawSelector ? parseLabelSelector(rawSelector) : new LabelSelector(requirements.map(labelRequirementOf));
  return selector.toString();
}

/** Field selectors know one value only, and nothing of what is there at all. */
function fieldSelectorText({ rawSelector, requirements = [] }: FieldSelectorAttributes): string {
  if (rawSelector) return parseFieldSelector(rawSelector).toString();
  return new FieldSelector(
    requirements.map(({ key, operator, values = [] }) => {
      const [value] = values;
      if ((operator !== "In" && operator !== "NotIn") || value === undefined || values.length > 1) {
        throw new ParseError(`${key}: a field selector cannot say ${operator} of ${values.length} values`);
      }
      return { field: key, operator: operator === "In" ? "=" : "!=", value } as const;
    }),
  ).toString();
}
