import { type FieldError, invalid } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { dateTime, go, int32, object, optional, type Static, string } from "../../typed-schema.ts";

const MICRO_TIME = go({ type: "v1.MicroTime", pointer: true });

const spec = object(
  "Who holds the lease, and until when.",
  {
    holderIdentity: optional(string("Who holds the lease; nobody if empty.", go({ pointer: true }))),
    leaseDurationSeconds: optional(
      int32("Seconds after `renewTime` at which another candidate may take the lease.", go({ pointer: true })),
    ),
    acquireTime: optional(dateTime("When the holder took the lease, to the microsecond.", MICRO_TIME)),
    renewTime: optional(dateTime("When the holder last renewed the lease, to the microsecond.", MICRO_TIME)),
    leaseTransitions: optional(int32("How often the lease went from one holder to another.", go({ pointer: true }))),
    strategy: optional(
      string(
        "How a coordinator chooses the holder; not supported, the server drops it.",
        go({ type: "v1.CoordinatedLeaseStrategy", pointer: true }),
      ),
    ),
    preferredHolder: optional(string("Who is to hold the lease next; not supported, the server drops it.", go({ pointer: true }))),
  },
  go({ struct: "LeaseSpec", type: "v1.LeaseSpec", definition: "io.k8s.api.coordination.v1.LeaseSpec", zero: {} }),
);

const schema = object(
  "A claim that runs out unless it is renewed; used to elect leaders and to show that something is alive.",
  { spec: optional(spec) },
  go({ struct: "Lease", definition: "io.k8s.api.coordination.v1.Lease" }),
);

export type Lease = KubeObject & Static<typeof schema>;

export const lease = defineKind({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "Holder", description: "Who holds the lease.", cell: (object) => (object as Lease).spec?.holderIdentity ?? "" },
    AGE,
  ],
  strategy: {
    allowCreateOnUpdate: true,
    judgesNewNamesOnly: true,
    takesPlainFinalizers: true,
    prepareForCreate: dropCoordination,
    prepareForUpdate: dropCoordination,
    validate,
    validateUpdate: validate,
  },
});

/** Coordinated leader election is off, as in Kubernetes by default. */
function dropCoordination(object: KubeObject): void {
  const { spec } = object as Lease;
  delete spec?.strategy;
  delete spec?.preferredHolder;
}

function validate(object: KubeObject): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = (object as Lease).spec ?? {};
  const path = FieldPath.of("spec");
  const errors: FieldError[] = [];
  if (duration !== undefined && duration <= 0) errors.push(invalid(path.child("leaseDurationSeconds"), duration, "must be greater than 0"));
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalid(path.child("leaseTransitions"), transitions, "must be greater than or equal to 0"));
  }
  return errors;
}
