import { customResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { definitionErrors, definitionUpdateErrors, statusErrors } from "./rules/definition-rules.ts";
import { definitionWarnings } from "./rules/warnings.ts";

/** The kinds, with what CustomResourceDefinitions are judged by: schemas for schemas are beyond the kind's own file. */
export const withDefinitionRules = (kinds: readonly KindDefinition[]): readonly KindDefinition[] =>
  kinds.map((kind) => (kind === customResourceDefinition ? judged : kind));

const judged: KindDefinition = {
  ...customResourceDefinition,
  strategy: {
    ...customResourceDefinition.strategy,
    validate: definitionErrors,
    validateUpdate: definitionUpdateErrors,
    validateStatusUpdate: statusErrors,
    warnings: definitionWarnings,
  },
};
