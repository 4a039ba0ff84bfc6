import { type FieldError, forbidden, invalid, notSupported, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { GoStruct } from "../../../apimachinery/go-text.ts";
import { semanticallyEqual } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { AGE } from "../../columns.ts";
import { type ColumnInput, defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { go, int32, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION, EXEMPT, GROUP, prepareForCreate, prepareForUpdate, statusErrors, statusSchema } from "./group.ts";
import { MANDATORY_PRIORITY_LEVELS } from "./mandatory.ts";

const definition = (name: string, more: object = {}) =>
  go({ struct: name, type: `v1.${name}`, definition: `${DEFINITION}.${name}`, ...more });
const pointer = go({ pointer: true });

const queuing = object(
  "The queues in which requests wait.",
  {
    queues: optional(int32("How many queues there are; if not said 64.", go({ zero: 0 }))),
    handSize: optional(
      int32("How many queues a flow is dealt; its requests wait in the shortest of them. If not said 8.", go({ zero: 0 })),
    ),
    queueLengthLimit: optional(int32("How many requests may wait in one queue; if not said 50.", go({ zero: 0 }))),
  },
  definition("QueuingConfiguration", { pointer: true }),
);

const limitResponse = object(
  "What becomes of requests for which there is no seat.",
  {
    type: string("Queue or Reject.", go({ type: "v1.LimitResponseType", zero: "" })),
    queuing: optional(queuing),
  },
  definition("LimitResponse", { zero: { type: "" } }),
);

const shares = (text: string, hints: Parameters<typeof go>[0]) =>
  int32(`The level's part of all seats, beside those of the others; ${text}.`, go(hints));
const lendable = int32("How much of its seats other levels may borrow, in percent; if not said 0.", pointer);

const limited = object(
  "How many requests are served at a time, and what becomes of the others.",
  {
    nominalConcurrencyShares: optional(shares("if not said 30", { pointer: true, zero: null })),
    limitResponse: optional(limitResponse),
    lendablePercent: optional(lendable),
    borrowingLimitPercent: optional(int32("How many seats it may borrow, in percent of its own; any number, if not said.", pointer)),
  },
  definition("LimitedPriorityLevelConfiguration", { pointer: true }),
);

const exempt = object(
  "Seats that are kept for requests that are not limited.",
  {
    nominalConcurrencyShares: optional(shares("if not said 0", { pointer: true })),
    lendablePercent: optional(lendable),
  },
  definition("ExemptPriorityLevelConfiguration", { pointer: true }),
);

const spec = object(
  "How the requests of the level are served.",
  {
    type: string("Limited or Exempt.", go({ type: "v1.PriorityLevelEnablement", zero: "" })),
    limited: optional(limited),
    exempt: optional(exempt),
  },
  definition("PriorityLevelConfigurationSpec", { zero: { type: "" } }),
);

const schema = object(
  "One of the levels on which requests are served; none keeps another waiting.",
  { spec: optional(spec), status: optional(statusSchema("PriorityLevelConfiguration")) },
  go({ struct: "PriorityLevelConfiguration", definition: `${DEFINITION}.PriorityLevelConfiguration` }),
);

export type PriorityLevelSpec = Static<typeof spec>;
export type LimitedSpec = NonNullable<PriorityLevelSpec["limited"]>;
export type PriorityLevelConfiguration = KubeObject & Static<typeof schema>;
type Queuing = Static<typeof queuing>;

const queuingColumn = (name: string, description: string, member: keyof Queuing): ColumnInput => ({
  name,
  description,
  cell: (object) => specOf(object).limited?.limitResponse?.queuing?.[member] ?? "<none>",
});

/** Kubernetes, pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go, pkg/apis/flowcontrol/{v1,validation} and pkg/printers/internalversion. */
export const priorityLevelConfiguration = defineKind({
  group: GROUP,
  version: "v1",
  kind: "PriorityLevelConfiguration",
  plural: "prioritylevelconfigurations",
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "Type", description: "Limited or Exempt.", cell: (object) => specOf(object).type ?? "" },
    {
      name: "NominalConcurrencyShares",
      description: "The level's part of all seats.",
      cell: (object) => {
        const { limited } = specOf(object);
        return limited === undefined ? "<none>" : (limited.nominalConcurrencyShares ?? null);
      },
    },
    queuingColumn("Queues", "How many queues there are.", "queues"),
    queuingColumn("HandSize", "How many queues a flow is dealt.", "handSize"),
    queuingColumn("QueueLengthLimit", "How many requests may wait in one queue.", "queueLengthLimit"),
    AGE,
  ],
  subresources: { status: {} },
  strategy: {
    allowUnconditionalUpdate: true,
    isolatesStatus: true,
    setDefaults,
    prepareForCreate,
    prepareForUpdate,
    validate,
    validateUpdate: validate,
    validateStatusUpdate: statusErrors,
  },
});

const specOf = (object: KubeObject): Partial<PriorityLevelSpec> => (object as PriorityLevelConfiguration).spec ?? {};

function setDefaults(object: KubeObject): void {
  const { limited, exempt } = specOf(object);
  if (exempt !== undefined) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (limited === undefined) return;
  limited.nominalConcurrencyShares ??= 30;
  limited.lendablePercent ??= 0;
  const { queuing } = limited.limitResponse ?? {};
  if (queuing === undefined) return;
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}

function validate(object: KubeObject): FieldError[] {
  return [...specErrors(object), ...mandatoryErrors(object), ...statusErrors(object), ...declaredErrors(specOf(object))];
}

const TYPES = ["Exempt", "Limited"];
const RESPONSES = ["Queue", "Reject"];

function specErrors(object: KubeObject): FieldError[] {
  const { type = "", limited, exempt } = specOf(object);
  const path = FieldPath.of("spec");
  const errors: FieldError[] = [];
  if ((object.metadata.name === EXEMPT) !== (type === "Exempt")) {
    errors.push(invalid(path.child("type"), type, "type must be 'Exempt' if and only if name is 'exempt'"));
  }
  if (type === "Exempt" && exempt !== undefined) errors.push(...shareErrors(exempt, path.child("exempt")));
  if (type === "Limited" && limited !== undefined) errors.push(...limitedErrors(limited, path.child("limited")));
  if (type !== "" && !TYPES.includes(type)) errors.push(notSupported(path.child("type"), type, TYPES));
  return errors;
}

function limitedErrors(limited: LimitedSpec, path: FieldPath): FieldError[] {
  const { nominalConcurrencyShares = 0, limitResponse, lendablePercent, borrowingLimitPercent } = limited;
  const errors = shareErrors({ nominalConcurrencyShares }, path);
  const { type = "", queuing } = limitResponse ?? {};
  const response = path.child("limitResponse");
  if (type === "Queue" && queuing !== undefined) errors.push(...queuingErrors(queuing, response.child("queuing")));
  if (type !== "" && !RESPONSES.includes(type)) errors.push(notSupported(response.child("type"), type, RESPONSES));
  errors.push(...shareErrors({ lendablePercent }, path));
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0) {
    errors.push(invalid(path.child("borrowingLimitPercent"), borrowingLimitPercent, "if specified, must be a non-negative integer"));
  }
  return errors;
}

interface Shares {
  readonly nominalConcurrencyShares?: number | undefined;
  readonly lendablePercent?: number | undefined;
}

function shareErrors({ nominalConcurrencyShares: shares = 0, lendablePercent: lendable = 0 }: Shares, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (shares < 0) errors.push(invalid(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer"));
  if (lendable < 0 || lendable > 100) errors.push(invalid(path.child("lendablePercent"), lendable, "must be between 0 and 100, inclusive"));
  return errors;
}

const MOST_QUEUES = 10_000_000;
/** Bits of a flow's hash that dealing a hand may use up. */
const HASH_BITS = 60;

function queuingErrors({ queues = 0, handSize = 0, queueLengthLimit = 0 }: Queuing, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) errors.push(invalid(path.child("queueLengthLimit"), queueLengthLimit, "must be positive"));
  if (queues <= 0) errors.push(invalid(path.child("queues"), queues, "must be positive"));
  else if (queues > MOST_QUEUES) errors.push(invalid(path.child("queues"), queues, `must not be greater than ${MOST_QUEUES}`));
  const hand = (text: string) => errors.push(invalid(path.child("handSize"), handSize, text));
  if (handSize <= 0) hand("must be positive");
  else if (handSize > queues) hand(`should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS) {
    hand(`required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`);
  }
  return errors;
}

function mandatoryErrors(object: KubeObject): FieldError[] {
  const { name = "" } = object.metadata;
  const wanted = MANDATORY_PRIORITY_LEVELS.get(name);
  if (wanted === undefined) return [];
  const spec = specOf(object);
  const judged = name === EXEMPT ? { ...spec, exempt: wanted.exempt } : spec;
  if (semanticallyEqual(judged as unknown as JsonValue, wanted as unknown as JsonValue)) return [];
  const but = name === EXEMPT ? " except the 'spec.exempt' field" : "";
  return [invalid("spec", internalForm(spec), `spec of '${name}'${but} must equal the fixed value`)];
}

/** Which members a type has: kube-apiserver declares these rules, so that they come after everything else. */
function declaredErrors({ type = "", limited, exempt }: Partial<PriorityLevelSpec>): FieldError[] {
  const path = FieldPath.of("spec");
  const errors: FieldError[] = [];
  const belongs = (at: FieldPath, value: object | undefined, rule: "required" | "optional" | "forbidden") => {
    if (rule === "required" && value === undefined) errors.push(required(at));
    if (rule === "forbidden" && value !== undefined) errors.push(forbidden(at, ""));
  };
  if (type === "") errors.push(required(path.child("type")));
  belongs(path.child("limited"), limited, type === "Limited" ? "required" : "forbidden");
  if (limited !== undefined) {
    const { type = "", queuing } = limited.limitResponse ?? {};
    const response = path.child("limited", "limitResponse");
    if (type === "") errors.push(required(response.child("type")));
    belongs(response.child("queuing"), queuing, type === "Queue" ? "required" : "forbidden");
  }
  belongs(path.child("exempt"), exempt, type === "Exempt" ? "optional" : "forbidden");
  return errors;
}

/** The spec as error texts print it: the internal type has no names for JSON, and shows what is not there. */
function internalForm({ type = "", limited, exempt }: Partial<PriorityLevelSpec>): GoStruct {
  const { nominalConcurrencyShares = 0, limitResponse, lendablePercent, borrowingLimitPercent } = limited ?? {};
  const { queuing } = limitResponse ?? {};
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing ?? {};
  const Queuing = queuing && new GoStruct({ Queues: queues, HandSize: handSize, QueueLengthLimit: queueLengthLimit });
  return new GoStruct({
    Type: type,
    Limited:
      limited &&
      new GoStruct({
        NominalConcurrencyShares: nominalConcurrencyShares,
        LimitResponse: new GoStruct({ Type: limitResponse?.type ?? "", Queuing }),
        LendablePercent: lendablePercent,
        BorrowingLimitPercent: borrowingLimitPercent,
      }),
    Exempt: exempt && new GoStruct({ NominalConcurrencyShares: exempt.nominalConcurrencyShares, LendablePercent: exempt.lendablePercent }),
  });
}
