import { badRequest } from "../../../apimachinery/status/status.ts";
import type { NonResourceRule, ResourceRule, SelfSubjectRulesReview } from "../../../apis/authorization/v1/self-subject-rules-review.ts";
import type { PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import type { Answerer } from "../../verbs/answer.ts";
import type { Authorization } from "../authorization.ts";

/**
 * Answers the question what one may do in a namespace; of the question nothing is kept (kubernetes,
 * pkg/registry/authorization/selfsubjectrulesreview; recording access/self-subject-rules-review).
 */
export const selfSubjectRulesReviews =
  (authorization: Authorization): Answerer =>
  async ({ object, context }) => {
    const { namespace } = (object as SelfSubjectRulesReview).spec;
    if (!namespace) throw badRequest("no namespace on request");
    const { rules, incomplete, error } = await authorization.rulesFor(context.user, namespace);
    const status = {
      resourceRules: rules.filter(({ resources = [] }) => resources.length > 0).map(resourceRule),
      nonResourceRules: rules.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0).map(nonResourceRule),
      incomplete,
      ...(error !== undefined && { evaluationError: error }),
    };
    return { apiVersion: object.apiVersion, kind: object.kind, metadata: {}, spec: {}, status };
  };

const resourceRule = ({ verbs, apiGroups = [], resources = [], resourceNames = [] }: PolicyRule): ResourceRule => ({
  verbs,
  ...(apiGroups.length > 0 && { apiGroups }),
  resources,
  ...(resourceNames.length > 0 && { resourceNames }),
});

const nonResourceRule = ({ verbs, nonResourceURLs = [] }: PolicyRule): NonResourceRule => ({ verbs, nonResourceURLs });
