import { customResourceDefinition } from "./apiextensions/v1/custom-resource-definition.ts";
import { selfSubjectReview } from "./authentication/v1/self-subject-review.ts";
import { tokenReview } from "./authentication/v1/token-review.ts";
import { localSubjectAccessReview } from "./authorization/v1/local-subject-access-review.ts";
import { selfSubjectAccessReview } from "./authorization/v1/self-subject-access-review.ts";
import { selfSubjectRulesReview } from "./authorization/v1/self-subject-rules-review.ts";
import { subjectAccessReview } from "./authorization/v1/subject-access-review.ts";
import { certificateSigningRequest } from "./certificates/v1/certificate-signing-request.ts";
import { instance } from "./compute/v1alpha/instance.ts";
import { workload } from "./compute/v1alpha/workload.ts";
import { workloadDeployment } from "./compute/v1alpha/workload-deployment.ts";
import { lease } from "./coordination/v1/lease.ts";
import { configMap } from "./core/v1/config-map.ts";
import { event } from "./core/v1/event.ts";
import { namespace } from "./core/v1/namespace.ts";
import { resourceQuota } from "./core/v1/resource-quota.ts";
import { secret } from "./core/v1/secret.ts";
import { serviceAccount } from "./core/v1/service-account.ts";
import { event as eventsEvent } from "./events/v1/event.ts";
import { flowSchema } from "./flowcontrol/v1/flow-schema.ts";
import { priorityLevelConfiguration } from "./flowcontrol/v1/priority-level-configuration.ts";
import type { KindDefinition } from "./kind.ts";
import { location } from "./networking/v1alpha/location.ts";
import { network } from "./networking/v1alpha/network.ts";
import { networkBinding } from "./networking/v1alpha/network-binding.ts";
import { networkContext } from "./networking/v1alpha/network-context.ts";
import { networkPolicy } from "./networking/v1alpha/network-policy.ts";
import { subnet } from "./networking/v1alpha/subnet.ts";
import { subnetClaim } from "./networking/v1alpha/subnet-claim.ts";
import { clusterRole } from "./rbac/v1/cluster-role.ts";
import { clusterRoleBinding } from "./rbac/v1/cluster-role-binding.ts";
import { role } from "./rbac/v1/role.ts";
import { roleBinding } from "./rbac/v1/role-binding.ts";

/** Every kind that is served from the start, in the order of registration. To add one, write its file and a line here. */
export const kinds: readonly KindDefinition[] = [
  namespace,
  configMap,
  secret,
  serviceAccount,
  resourceQuota,
  event,
  lease,
  eventsEvent,
  selfSubjectReview,
  tokenReview,
  subjectAccessReview,
  selfSubjectAccessReview,
  localSubjectAccessReview,
  selfSubjectRulesReview,
  role,
  roleBinding,
  clusterRole,
  clusterRoleBinding,
  certificateSigningRequest,
  flowSchema,
  priorityLevelConfiguration,
  customResourceDefinition,

  network,
  networkBinding,
  networkContext,
  networkPolicy,
  subnet,
  subnetClaim,
  location,
  workload,
  workloadDeployment,
  instance,
];
