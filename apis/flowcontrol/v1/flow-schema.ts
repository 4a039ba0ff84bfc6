import { type FieldError, invalid, notSupported, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { GoStruct } from "../../../apimachinery/go-text.ts";
import { semanticallyEqual } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { go, int32, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { DEFINITION, EXEMPT, GROUP, prepareForCreate, prepareForUpdate, statusErrors, statusSchema } from "./group.ts";
import { MANDATORY_FLOW_SCHEMAS } from "./mandatory.ts";
import { internalRule, policyRules, policyRulesErrors } from "./policy-rules.ts";

const priorityLevelReference = object(
  "The level on which the requests are served.",
  { name: string("The name of a PriorityLevelConfiguration.", go({ zero: "" })) },
  go({
    struct: "PriorityLevelConfigurationReference",
    type: "v1.PriorityLevelConfigurationReference",
    definition: `${DEFINITION}.PriorityLevelConfigurationReference`,
    zero: { name: "" },
  }),
);

const distinguisherMethod = object(
  "What makes one flow of requests another one; without it, all that match are one flow.",
  { type: string("ByUser, or ByNamespace.", go({ type: "v1.FlowDistinguisherMethodType", zero: "" })) },
  go({
    struct: "FlowDistinguisherMethod",
    type: "v1.FlowDistinguisherMethod",
    definition: `${DEFINITION}.FlowDistinguisherMethod`,
    pointer: true,
  }),
);

const spec = object(
  "Which requests are meant, and on which level they are served.",
  {
    priorityLevelConfiguration: priorityLevelReference,
    matchingPrecedence: optional(
      int32("Of all schemas that match a request, that with the lowest number counts: 1 to 10000, if not said 1000.", go({ zero: 0 })),
    ),
    distinguisherMethod: optional(distinguisherMethod),
    rules: optional(
      list("The requests: those that one of the rules matches; none, without rules.", policyRules, { "x-kubernetes-list-type": "atomic" }),
    ),
  },
  go({
    struct: "FlowSchemaSpec",
    type: "v1.FlowSchemaSpec",
    definition: `${DEFINITION}.FlowSchemaSpec`,
    zero: { priorityLevelConfiguration: { name: "" }, matchingPrecedence: 0 },
  }),
);

const schema = object(
  "Assigns requests to flows, which are served fairly, and to a priority level.",
  { spec: optional(spec), status: optional(statusSchema("FlowSchema")) },
  go({ struct: "FlowSchema", definition: `${DEFINITION}.FlowSchema` }),
);

export type FlowSchemaSpec = Static<typeof spec>;
export type FlowSchema = KubeObject & Static<typeof schema>;

/** Kubernetes, pkg/registry/flowcontrol/flowschema/strategy.go, pkg/apis/flowcontrol/{v1,validation} and pkg/printers/internalversion. */
export const flowSchema = defineKind({
  group: GROUP,
  version: "v1",
  kind: "FlowSchema",
  plural: "flowschemas",
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "PriorityLevel", description: "The level on which the requests are served.", cell: (object) => levelNameOf(object) },
    {
      name: "MatchingPrecedence",
      description: "The lowest number counts.",
      cell: (object) => precedenceOf(object),
    },
    {
      name: "DistinguisherMethod",
      description: "What makes one flow another one.",
      cell: (object) => specOf(object).distinguisherMethod?.type ?? "<none>",
    },
    AGE,
    {
      name: "MissingPL",
      description: "Whether the priority level is missing.",
      cell: (object) => (object as FlowSchema).status?.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?",
    },
  ],
  tableOrder: comparePrecedence,
  subresources: { status: {} },
  strategy: {
    allowUnconditionalUpdate: true,
    isolatesStatus: true,
    setDefaults: (object) => {
      object.spec ??= {};
      specOf(object).matchingPrecedence ||= 1000;
    },
    prepareForCreate,
    prepareForUpdate,
    validate,
    validateUpdate: validate,
    validateStatusUpdate: statusErrors,
  },
});

const specOf = (object: KubeObject): Partial<FlowSchemaSpec> => (object as FlowSchema).spec ?? {};
const levelNameOf = (object: KubeObject) => specOf(object).priorityLevelConfiguration?.name ?? "";
const precedenceOf = (object: KubeObject) => specOf(object).matchingPrecedence ?? 0;

/** Schemas in the order in which they are asked whether they match a request. */
export function comparePrecedence(a: KubeObject, b: KubeObject): number {
  const { name: one = "" } = a.metadata;
  const { name: other = "" } = b.metadata;
  return precedenceOf(a) - precedenceOf(b) || (one < other ? -1 : one > other ? 1 : 0);
}

function validate(object: KubeObject): FieldError[] {
  return [...specErrors(object), ...mandatoryErrors(object), ...statusErrors(object)];
}

function specErrors(object: KubeObject): FieldError[] {
  const { distinguisherMethod, rules = [] } = specOf(object);
  const path = FieldPath.of("spec");
  const errors: FieldError[] = [];
  const precedence = precedenceOf(object);
  const misplaced = (text: string) => errors.push(invalid(path.child("matchingPrecedence"), precedence, text));
  if (precedence <= 0) misplaced("must be a positive value");
  if (precedence > 10_000) misplaced("must not be greater than 10000");
  if (precedence === 1 && object.metadata.name !== EXEMPT) misplaced("only the schema named 'exempt' may have matchingPrecedence 1");
  if (distinguisherMethod !== undefined && distinguisherMethod.type !== "ByUser" && distinguisherMethod.type !== "ByNamespace") {
    // printed as the internal type, which has no names for JSON
    const value = { Type: distinguisherMethod.type };
    errors.push(notSupported(path.child("distinguisherMethod", "type"), value, ["ByNamespace", "ByUser"]));
  }
  const level = levelNameOf(object);
  const at = path.child("priorityLevelConfiguration", "name");
  if (level === "") errors.push(required(at, "must reference a priority level"));
  else errors.push(...validateDnsSubdomain(level).map((text) => invalid(at, level, text)));
  for (const [i, rule] of rules.entries()) errors.push(...policyRulesErrors(rule, path.child("rules").index(i)));
  return errors;
}

function mandatoryErrors(object: KubeObject): FieldError[] {
  const { name = "" } = object.metadata;
  const wanted = MANDATORY_FLOW_SCHEMAS.get(name);
  if (wanted === undefined || semanticallyEqual(object.spec as JsonValue, wanted as unknown as JsonValue)) return [];
  return [invalid("spec", internalForm(specOf(object)), `spec of '${name}' must equal the fixed value`)];
}

/** The spec as error texts print it: the internal type has no names for JSON, and shows what is not there. */
function internalForm({
  priorityLevelConfiguration,
  matchingPrecedence = 0,
  distinguisherMethod,
  rules,
}: Partial<FlowSchemaSpec>): GoStruct {
  return new GoStruct({
    PriorityLevelConfiguration: { Name: priorityLevelConfiguration?.name ?? "" },
    MatchingPrecedence: matchingPrecedence,
    DistinguisherMethod: distinguisherMethod === undefined ? null : { Type: distinguisherMethod.type },
    Rules: rules?.map(internalRule),
  });
}
