import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { humanDuration } from "../../../apimachinery/time/duration.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import type { Requester } from "../../kind.ts";
import { bytes, dateTime, go, int32, keyedList, list, map, object, optional, type Static, string } from "../../typed-schema.ts";
import { requestErrors, updateErrors } from "./validation.ts";

const DEFINITION = "io.k8s.api.certificates.v1";

const spec = object(
  "What is asked for, and who asks. It never changes.",
  {
    request: bytes(
      "A PKCS#10 request in PEM (`CERTIFICATE REQUEST`).",
      go({ type: "[]uint8", zero: null, keepsEmpty: true }, { "x-kubernetes-list-type": "atomic" }),
    ),
    signerName: string("Who is to sign, such as `kubernetes.io/kube-apiserver-client`: a domain and a path.", go({ zero: "" })),
    expirationSeconds: optional(
      int32("How long the certificate is to be good, ten minutes at least. The signer may give less.", go({ pointer: true })),
    ),
    usages: optional(
      list("What the key is for, such as `client auth`.", string("One usage.", go({ type: "v1.KeyUsage" })), {
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    username: optional(string("The user who asks; set by the server.")),
    uid: optional(string("The user's uid; set by the server.")),
    groups: optional(list("The user's groups; set by the server.", string("One group."), { "x-kubernetes-list-type": "atomic" })),
    extra: optional(
      map(
        "What else is known of the user; set by the server.",
        list("The values under one key.", string("One value."), go({ type: "v1.ExtraValue" })),
      ),
    ),
  },
  go({
    struct: "CertificateSigningRequestSpec",
    type: "v1.CertificateSigningRequestSpec",
    definition: `${DEFINITION}.CertificateSigningRequestSpec`,
    zero: { request: null, signerName: "" },
  }),
);

const condition = object(
  "One thing that was decided.",
  {
    type: string("`Approved`, `Denied` or `Failed`; other types may be added.", go({ type: "v1.RequestConditionType", zero: "" })),
    status: string("True, False or Unknown; of the three types above always True.", go({ type: "v1.ConditionStatus", zero: "" })),
    reason: optional(string("The cause in one word, for programs.")),
    message: optional(string("The cause in a sentence, for people.")),
    lastUpdateTime: optional(dateTime("When the condition was last written.", go({ type: "v1.Time", zero: null }))),
    lastTransitionTime: optional(dateTime("When `status` last changed.", go({ type: "v1.Time", zero: null }))),
  },
  go({
    struct: "CertificateSigningRequestCondition",
    type: "v1.CertificateSigningRequestCondition",
    definition: `${DEFINITION}.CertificateSigningRequestCondition`,
  }),
);

const status = object(
  "What became of the request.",
  {
    conditions: optional(keyedList("What was decided.", ["type"], condition)),
    certificate: optional(
      bytes(
        "The certificate in PEM, the chain behind it; once there, it stays.",
        go({ type: "[]uint8" }, { "x-kubernetes-list-type": "atomic" }),
      ),
    ),
  },
  go({
    struct: "CertificateSigningRequestStatus",
    type: "v1.CertificateSigningRequestStatus",
    definition: `${DEFINITION}.CertificateSigningRequestStatus`,
    zero: {},
  }),
);

const schema = object(
  "Asks for a certificate: somebody approves, then a signer issues it.",
  { spec, status: optional(status) },
  go({ struct: "CertificateSigningRequest", definition: `${DEFINITION}.CertificateSigningRequest` }),
);

export type CertificateSigningRequest = KubeObject & Static<typeof schema>;
export type RequestCondition = Static<typeof condition>;

/** Kubernetes, pkg/registry/certificates/certificates/strategy.go and pkg/printers/internalversion (columns). */
export const certificateSigningRequest = defineKind({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  shortNames: ["csr"],
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    AGE,
    { name: "SignerName", description: "Who is to sign.", cell: (object) => specOf(object).signerName || "<none>" },
    { name: "Requestor", description: "The user who asks.", cell: (object) => specOf(object).username ?? "" },
    {
      name: "RequestedDuration",
      description: "How long the certificate is to be good.",
      cell: (object) => {
        const seconds = specOf(object).expirationSeconds;
        return seconds === undefined ? "<none>" : humanDuration(seconds * 1000);
      },
    },
    { name: "Condition", description: "How far the request is.", cell: (object) => stateOf(object as CertificateSigningRequest) },
  ],
  subresources: { status: {}, approval: {} },
  selectableFields: { "spec.signerName": (object) => specOf(object).signerName ?? "" },
  strategy: {
    allowUnconditionalUpdate: true,
    validateName: () => [],
    prepareForCreate,
    prepareForUpdate,
    prepareForStatusUpdate,
    prepareForApprovalUpdate,
    resets: { object: ["spec"], status: ["status.conditions"], approval: ["status.certificate"] },
    validate: requestErrors,
    validateUpdate: (object, old) => updateErrors(object, old, { approval: false, certificate: false }),
    validateStatusUpdate: (object, old) => updateErrors(object, old, { approval: false, certificate: true }),
    validateApprovalUpdate: (object, old) => updateErrors(object, old, { approval: true, certificate: false }),
  },
});

const specOf = (object: KubeObject): Partial<CertificateSigningRequest["spec"]> => (object as CertificateSigningRequest).spec ?? {};

/** `Pending`, `Approved,Issued`, `Denied`, `Approved,Failed` … */
function stateOf({ status = {} }: CertificateSigningRequest): string {
  const types = new Set(status.conditions?.map(({ type }) => type));
  const decision = types.has("Denied") ? "Denied" : types.has("Approved") ? "Approved" : "Pending";
  return [decision, ...(types.has("Failed") ? ["Failed"] : []), ...(status.certificate ? ["Issued"] : [])].join(",");
}

/** Who asks is who sends the request, and nothing is decided yet. */
function prepareForCreate(object: KubeObject, { name, uid, groups, extra }: Requester): void {
  const { username: _u, uid: _i, groups: _g, extra: _e, ...asked } = specOf(object);
  object.spec = {
    ...asked,
    ...(name !== "" && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(extra && Object.keys(extra).length > 0 && { extra }),
  };
  object.status = {};
}

function prepareForUpdate(object: KubeObject, old: KubeObject): void {
  object.spec = old.spec;
  object.status = old.status;
}

const conditionsOf = (object: KubeObject): RequestCondition[] => (object as CertificateSigningRequest).status?.conditions ?? [];

/** What was approved or denied stays as it was written, as long as nothing is added to it or taken from it. */
function prepareForStatusUpdate(object: KubeObject, old: KubeObject, time: string): void {
  for (const type of ["Approved", "Denied"]) {
    const before = conditionsOf(old).filter((condition) => condition.type === type);
    const after = conditionsOf(object).filter((condition) => condition.type === type);
    if (before.length === after.length) for (const [i, condition] of after.entries()) Object.assign(clear(condition), before[i]);
  }
  setTimes(object, old, time);
}

function clear(condition: RequestCondition): RequestCondition {
  for (const member of Object.keys(condition)) delete (condition as Record<string, unknown>)[member];
  return condition;
}

/** Approval changes conditions alone. */
function prepareForApprovalUpdate(object: KubeObject, old: KubeObject, time: string): void {
  const { certificate } = (old as CertificateSigningRequest).status ?? {};
  const status: Record<string, unknown> = { ...(object as CertificateSigningRequest).status };
  if (certificate === undefined) delete status.certificate;
  else status.certificate = certificate;
  object.status = status;
  setTimes(object, old, time);
}

function setTimes(object: KubeObject, old: KubeObject, time: string): void {
  for (const condition of conditionsOf(object)) {
    condition.lastUpdateTime ??= time;
    const before = conditionsOf(old).find(({ type, status }) => type === condition.type && status === condition.status);
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? time;
  }
}

/** Whether the status holds anything else than before. */
export const sameStatus = (a: KubeObject, b: KubeObject): boolean =>
  equalJson((a.status ?? {}) as JsonValue, (b.status ?? {}) as JsonValue);
