/** The messages of Kubernetes' API (generated.proto of k8s.io/api and k8s.io/apimachinery). Numbers are for ever; new fields get new ones. */
import { type Message, message } from "./message.ts";

const fieldsOwner = message(
  "ManagedFieldsEntry",
  [1, "manager", "string"],
  [2, "operation", "string"],
  [3, "apiVersion", "string"],
  [4, "time", "time", "pointer"],
  [6, "fieldsType", "string"],
  [7, "fieldsV1", "json", "pointer"],
  [8, "subresource", "string"],
);

const ownerReference = message(
  "OwnerReference",
  [1, "kind", "string"],
  [3, "name", "string"],
  [4, "uid", "string"],
  [5, "apiVersion", "string"],
  [6, "controller", "bool", "pointer"],
  [7, "blockOwnerDeletion", "bool", "pointer"],
);

export const objectMeta = message(
  "ObjectMeta",
  [1, "name", "string"],
  [2, "generateName", "string"],
  [3, "namespace", "string"],
  [4, "selfLink", "string"],
  [5, "uid", "string"],
  [6, "resourceVersion", "string"],
  [7, "generation", "int64"],
  [8, "creationTimestamp", "time"],
  [9, "deletionTimestamp", "time", "pointer"],
  [10, "deletionGracePeriodSeconds", "int64", "pointer"],
  [11, "labels", "string", "map"],
  [12, "annotations", "string", "map"],
  [13, "ownerReferences", ownerReference, "repeated"],
  [14, "finalizers", "string", "repeated"],
  [17, "managedFields", fieldsOwner, "repeated"],
);

export const listMeta = message(
  "ListMeta",
  [1, "selfLink", "string"],
  [2, "resourceVersion", "string"],
  [3, "continue", "string"],
  [4, "remainingItemCount", "int64", "pointer"],
);

export const status = message(
  "Status",
  [1, "metadata", listMeta],
  [2, "status", "string"],
  [3, "message", "string"],
  [4, "reason", "string"],
  [
    5,
    "details",
    message(
      "StatusDetails",
      [1, "name", "string"],
      [2, "group", "string"],
      [3, "kind", "string"],
      [4, "causes", message("StatusCause", [1, "reason", "string"], [2, "message", "string"], [3, "field", "string"]), "repeated"],
      [5, "retryAfterSeconds", "int32"],
      [6, "uid", "string"],
    ),
    "pointer",
  ],
  [6, "code", "int32"],
);

export const deleteOptions = message(
  "DeleteOptions",
  [1, "gracePeriodSeconds", "int64", "pointer"],
  [2, "preconditions", message("Preconditions", [1, "uid", "string", "pointer"], [2, "resourceVersion", "string", "pointer"]), "pointer"],
  [3, "orphanDependents", "bool", "pointer"],
  [4, "propagationPolicy", "string", "pointer"],
  [5, "dryRun", "string", "repeated"],
  [6, "ignoreStoreReadErrorWithClusterBreakingPotential", "bool", "pointer"],
);

export const partialObjectMetadata = message("PartialObjectMetadata", [1, "metadata", objectMeta]);

/** Of the envelope around every message: `runtime.Unknown`. */
export const typeMeta = message("TypeMeta", [1, "apiVersion", "string"], [2, "kind", "string"]);

const namespace = message(
  "Namespace",
  [1, "metadata", objectMeta],
  [2, "spec", message("NamespaceSpec", [1, "finalizers", "string", "repeated"])],
  [
    3,
    "status",
    message(
      "NamespaceStatus",
      [1, "phase", "string"],
      [
        2,
        "conditions",
        message(
          "NamespaceCondition",
          [1, "type", "string"],
          [2, "status", "string"],
          [4, "lastTransitionTime", "time"],
          [5, "reason", "string"],
          [6, "message", "string"],
        ),
        "repeated",
      ],
    ),
  ],
);

const configMap = message(
  "ConfigMap",
  [1, "metadata", objectMeta],
  [2, "data", "string", "map"],
  [3, "binaryData", "bytes", "map"],
  [4, "immutable", "bool", "pointer"],
);

const secret = message(
  "Secret",
  [1, "metadata", objectMeta],
  [2, "data", "bytes", "map"],
  [3, "type", "string"],
  [4, "stringData", "string", "map"],
  [5, "immutable", "bool", "pointer"],
);

const objectReference = message(
  "ObjectReference",
  [1, "kind", "string"],
  [2, "namespace", "string"],
  [3, "name", "string"],
  [4, "uid", "string"],
  [5, "apiVersion", "string"],
  [6, "resourceVersion", "string"],
  [7, "fieldPath", "string"],
);

const serviceAccount = message(
  "ServiceAccount",
  [1, "metadata", objectMeta],
  [2, "secrets", objectReference, "repeated"],
  [3, "imagePullSecrets", message("LocalObjectReference", [1, "name", "string"]), "repeated"],
  [4, "automountServiceAccountToken", "bool", "pointer"],
);

const resourceQuota = message(
  "ResourceQuota",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "ResourceQuotaSpec",
      [1, "hard", "quantity", "map"],
      [2, "scopes", "string", "repeated"],
      [
        3,
        "scopeSelector",
        message("ScopeSelector", [
          1,
          "matchExpressions",
          message(
            "ScopedResourceSelectorRequirement",
            [1, "scopeName", "string"],
            [2, "operator", "string"],
            [3, "values", "string", "repeated"],
          ),
          "repeated",
        ]),
        "pointer",
      ],
    ),
  ],
  [3, "status", message("ResourceQuotaStatus", [1, "hard", "quantity", "map"], [2, "used", "quantity", "map"])],
);

const eventSource = message("EventSource", [1, "component", "string"], [2, "host", "string"]);
const eventSeries = message("EventSeries", [1, "count", "int32"], [2, "lastObservedTime", "microTime"]);

const coreEvent = message(
  "Event",
  [1, "metadata", objectMeta],
  [2, "involvedObject", objectReference],
  [3, "reason", "string"],
  [4, "message", "string"],
  [5, "source", eventSource],
  [6, "firstTimestamp", "time"],
  [7, "lastTimestamp", "time"],
  [8, "count", "int32"],
  [9, "type", "string"],
  [10, "eventTime", "microTime"],
  [11, "series", eventSeries, "pointer"],
  [12, "action", "string"],
  [13, "related", objectReference, "pointer"],
  [14, "reportingComponent", "string"],
  [15, "reportingInstance", "string"],
);

const event = message(
  "Event",
  [1, "metadata", objectMeta],
  [2, "eventTime", "microTime"],
  [3, "series", eventSeries, "pointer"],
  [4, "reportingController", "string"],
  [5, "reportingInstance", "string"],
  [6, "action", "string"],
  [7, "reason", "string"],
  [8, "regarding", objectReference],
  [9, "related", objectReference, "pointer"],
  [10, "note", "string"],
  [11, "type", "string"],
  [12, "deprecatedSource", eventSource],
  [13, "deprecatedFirstTimestamp", "time"],
  [14, "deprecatedLastTimestamp", "time"],
  [15, "deprecatedCount", "int32"],
);

const lease = message(
  "Lease",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "LeaseSpec",
      [1, "holderIdentity", "string", "pointer"],
      [2, "leaseDurationSeconds", "int32", "pointer"],
      [3, "acquireTime", "microTime", "pointer"],
      [4, "renewTime", "microTime", "pointer"],
      [5, "leaseTransitions", "int32", "pointer"],
      [6, "strategy", "string", "pointer"],
      [7, "preferredHolder", "string", "pointer"],
    ),
  ],
);

const scale = message(
  "Scale",
  [1, "metadata", objectMeta],
  [2, "spec", message("ScaleSpec", [1, "replicas", "int32"])],
  [3, "status", message("ScaleStatus", [1, "replicas", "int32"], [2, "selector", "string"])],
);

const userInfo = message(
  "UserInfo",
  [1, "username", "string"],
  [2, "uid", "string"],
  [3, "groups", "string", "repeated"],
  [4, "extra", "strings", "map"],
);

const selfSubjectReview = message(
  "SelfSubjectReview",
  [1, "metadata", objectMeta],
  [2, "status", message("SelfSubjectReviewStatus", [1, "userInfo", userInfo])],
);

const tokenReview = message(
  "TokenReview",
  [1, "metadata", objectMeta],
  [2, "spec", message("TokenReviewSpec", [1, "token", "string"], [2, "audiences", "string", "repeated"])],
  [
    3,
    "status",
    message(
      "TokenReviewStatus",
      [1, "authenticated", "bool"],
      [2, "user", userInfo],
      [3, "error", "string"],
      [4, "audiences", "string", "repeated"],
    ),
  ],
);

const tokenRequest = message(
  "TokenRequest",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "TokenRequestSpec",
      [1, "audiences", "string", "repeated"],
      [
        3,
        "boundObjectRef",
        message("BoundObjectReference", [1, "kind", "string"], [2, "apiVersion", "string"], [3, "name", "string"], [4, "uid", "string"]),
        "pointer",
      ],
      [4, "expirationSeconds", "int64", "pointer"],
    ),
  ],
  [3, "status", message("TokenRequestStatus", [1, "token", "string"], [2, "expirationTimestamp", "time"])],
);

const labelSelectorRequirement = message(
  "LabelSelectorRequirement",
  [1, "key", "string"],
  [2, "operator", "string"],
  [3, "values", "string", "repeated"],
);

const labelSelector = message(
  "LabelSelector",
  [1, "matchLabels", "string", "map"],
  [2, "matchExpressions", labelSelectorRequirement, "repeated"],
);

const resourceAttributes = message(
  "ResourceAttributes",
  [1, "namespace", "string"],
  [2, "verb", "string"],
  [3, "group", "string"],
  [4, "version", "string"],
  [5, "resource", "string"],
  [6, "subresource", "string"],
  [7, "name", "string"],
  [
    8,
    "fieldSelector",
    message(
      "FieldSelectorAttributes",
      [1, "rawSelector", "string"],
      [
        2,
        "requirements",
        message("FieldSelectorRequirement", [1, "key", "string"], [2, "operator", "string"], [3, "values", "string", "repeated"]),
        "repeated",
      ],
    ),
    "pointer",
  ],
  [
    9,
    "labelSelector",
    message("LabelSelectorAttributes", [1, "rawSelector", "string"], [2, "requirements", labelSelectorRequirement, "repeated"]),
    "pointer",
  ],
);

const nonResourceAttributes = message("NonResourceAttributes", [1, "path", "string"], [2, "verb", "string"]);

const subjectAccessReviewSpec = message(
  "SubjectAccessReviewSpec",
  [1, "resourceAttributes", resourceAttributes, "pointer"],
  [2, "nonResourceAttributes", nonResourceAttributes, "pointer"],
  [3, "user", "string"],
  [4, "groups", "string", "repeated"],
  [5, "extra", "strings", "map"],
  [6, "uid", "string"],
);

const subjectAccessReviewStatus = message(
  "SubjectAccessReviewStatus",
  [1, "allowed", "bool"],
  [2, "reason", "string"],
  [3, "evaluationError", "string"],
  [4, "denied", "bool"],
);

const accessReview = (kind: string, spec: Message) =>
  message(kind, [1, "metadata", objectMeta], [2, "spec", spec], [3, "status", subjectAccessReviewStatus]);

const selfSubjectAccessReviewSpec = message(
  "SelfSubjectAccessReviewSpec",
  [1, "resourceAttributes", resourceAttributes, "pointer"],
  [2, "nonResourceAttributes", nonResourceAttributes, "pointer"],
);

const selfSubjectRulesReview = message(
  "SelfSubjectRulesReview",
  [1, "metadata", objectMeta],
  [2, "spec", message("SelfSubjectRulesReviewSpec", [1, "namespace", "string"])],
  [
    3,
    "status",
    message(
      "SubjectRulesReviewStatus",
      [
        1,
        "resourceRules",
        message(
          "ResourceRule",
          [1, "verbs", "string", "repeated"],
          [2, "apiGroups", "string", "repeated"],
          [3, "resources", "string", "repeated"],
          [4, "resourceNames", "string", "repeated"],
        ),
        "repeated",
      ],
      [
        2,
        "nonResourceRules",
        message("NonResourceRule", [1, "verbs", "string", "repeated"], [2, "nonResourceURLs", "string", "repeated"]),
        "repeated",
      ],
      [3, "incomplete", "bool"],
      [4, "evaluationError", "string"],
    ),
  ],
);

const policyRule = message(
  "PolicyRule",
  [1, "verbs", "string", "repeated"],
  [2, "apiGroups", "string", "repeated"],
  [3, "resources", "string", "repeated"],
  [4, "resourceNames", "string", "repeated"],
  [5, "nonResourceURLs", "string", "repeated"],
);

const role = message("Role", [1, "metadata", objectMeta], [2, "rules", policyRule, "repeated"]);

const clusterRole = message(
  "ClusterRole",
  [1, "metadata", objectMeta],
  [2, "rules", policyRule, "repeated"],
  [3, "aggregationRule", message("AggregationRule", [1, "clusterRoleSelectors", labelSelector, "repeated"]), "pointer"],
);

const binding = (kind: string) =>
  message(
    kind,
    [1, "metadata", objectMeta],
    [
      2,
      "subjects",
      message("Subject", [1, "kind", "string"], [2, "apiGroup", "string"], [3, "name", "string"], [4, "namespace", "string"]),
      "repeated",
    ],
    [3, "roleRef", message("RoleRef", [1, "apiGroup", "string"], [2, "kind", "string"], [3, "name", "string"])],
  );

const flowControlStatus = (kind: string) =>
  message(`${kind}Status`, [
    1,
    "conditions",
    message(
      `${kind}Condition`,
      [1, "type", "string"],
      [2, "status", "string"],
      [3, "lastTransitionTime", "time"],
      [4, "reason", "string"],
      [5, "message", "string"],
    ),
    "repeated",
  ]);

const policyRulesWithSubjects = message(
  "PolicyRulesWithSubjects",
  [
    1,
    "subjects",
    message(
      "Subject",
      [1, "kind", "string"],
      [2, "user", message("UserSubject", [1, "name", "string"]), "pointer"],
      [3, "group", message("GroupSubject", [1, "name", "string"]), "pointer"],
      [4, "serviceAccount", message("ServiceAccountSubject", [1, "namespace", "string"], [2, "name", "string"]), "pointer"],
    ),
    "repeated",
  ],
  [
    2,
    "resourceRules",
    message(
      "ResourcePolicyRule",
      [1, "verbs", "string", "repeated"],
      [2, "apiGroups", "string", "repeated"],
      [3, "resources", "string", "repeated"],
      [4, "clusterScope", "bool"],
      [5, "namespaces", "string", "repeated"],
    ),
    "repeated",
  ],
  [
    3,
    "nonResourceRules",
    message("NonResourcePolicyRule", [1, "verbs", "string", "repeated"], [6, "nonResourceURLs", "string", "repeated"]),
    "repeated",
  ],
);

const flowSchema = message(
  "FlowSchema",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "FlowSchemaSpec",
      [1, "priorityLevelConfiguration", message("PriorityLevelConfigurationReference", [1, "name", "string"])],
      [2, "matchingPrecedence", "int32"],
      [3, "distinguisherMethod", message("FlowDistinguisherMethod", [1, "type", "string"]), "pointer"],
      [4, "rules", policyRulesWithSubjects, "repeated"],
    ),
  ],
  [3, "status", flowControlStatus("FlowSchema")],
);

const limitResponse = message(
  "LimitResponse",
  [1, "type", "string"],
  [
    2,
    "queuing",
    message("QueuingConfiguration", [1, "queues", "int32"], [2, "handSize", "int32"], [3, "queueLengthLimit", "int32"]),
    "pointer",
  ],
);

const priorityLevelConfiguration = message(
  "PriorityLevelConfiguration",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "PriorityLevelConfigurationSpec",
      [1, "type", "string"],
      [
        2,
        "limited",
        message(
          "LimitedPriorityLevelConfiguration",
          [1, "nominalConcurrencyShares", "int32", "pointer"],
          [2, "limitResponse", limitResponse],
          [3, "lendablePercent", "int32", "pointer"],
          [4, "borrowingLimitPercent", "int32", "pointer"],
        ),
        "pointer",
      ],
      [
        3,
        "exempt",
        message(
          "ExemptPriorityLevelConfiguration",
          [1, "nominalConcurrencyShares", "int32", "pointer"],
          [2, "lendablePercent", "int32", "pointer"],
        ),
        "pointer",
      ],
    ),
  ],
  [3, "status", flowControlStatus("PriorityLevelConfiguration")],
);

const certificateSigningRequest = message(
  "CertificateSigningRequest",
  [1, "metadata", objectMeta],
  [
    2,
    "spec",
    message(
      "CertificateSigningRequestSpec",
      [1, "request", "bytes"],
      [2, "username", "string"],
      [3, "uid", "string"],
      [4, "groups", "string", "repeated"],
      [5, "usages", "string", "repeated"],
      [6, "extra", "strings", "map"],
      [7, "signerName", "string"],
      [8, "expirationSeconds", "int32", "pointer"],
    ),
  ],
  [
    3,
    "status",
    message(
      "CertificateSigningRequestStatus",
      [
        1,
        "conditions",
        message(
          "CertificateSigningRequestCondition",
          [1, "type", "string"],
          [2, "reason", "string"],
          [3, "message", "string"],
          [4, "lastUpdateTime", "time"],
          [5, "lastTransitionTime", "time"],
          [6, "status", "string"],
        ),
        "repeated",
      ],
      [2, "certificate", "bytes"],
    ),
  ],
);

const KINDS: ReadonlyMap<string, Message> = new Map([
  ["v1 Namespace", namespace],
  ["v1 ConfigMap", configMap],
  ["v1 Secret", secret],
  ["v1 ServiceAccount", serviceAccount],
  ["v1 ResourceQuota", resourceQuota],
  ["v1 Event", coreEvent],
  ["events.k8s.io/v1 Event", event],
  ["coordination.k8s.io/v1 Lease", lease],
  ["autoscaling/v1 Scale", scale],
  ["authentication.k8s.io/v1 SelfSubjectReview", selfSubjectReview],
  ["authentication.k8s.io/v1 TokenReview", tokenReview],
  ["authentication.k8s.io/v1 TokenRequest", tokenRequest],
  ["authorization.k8s.io/v1 SubjectAccessReview", accessReview("SubjectAccessReview", subjectAccessReviewSpec)],
  ["authorization.k8s.io/v1 LocalSubjectAccessReview", accessReview("LocalSubjectAccessReview", subjectAccessReviewSpec)],
  ["authorization.k8s.io/v1 SelfSubjectAccessReview", accessReview("SelfSubjectAccessReview", selfSubjectAccessReviewSpec)],
  ["authorization.k8s.io/v1 SelfSubjectRulesReview", selfSubjectRulesReview],
  ["certificates.k8s.io/v1 CertificateSigningRequest", certificateSigningRequest],
  ["flowcontrol.apiserver.k8s.io/v1 FlowSchema", flowSchema],
  ["flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration", priorityLevelConfiguration],
  ["rbac.authorization.k8s.io/v1 Role", role],
  ["rbac.authorization.k8s.io/v1 ClusterRole", clusterRole],
  ["rbac.authorization.k8s.io/v1 RoleBinding", binding("RoleBinding")],
  ["rbac.authorization.k8s.io/v1 ClusterRoleBinding", binding("ClusterRoleBinding")],
]);

/** The message of a kind; undefined for one that has none. To give a kind protobuf, add its message here. */
export const messageOf = (apiVersion: string, kind: string): Message | undefined => KINDS.get(`${apiVersion} ${kind}`);
