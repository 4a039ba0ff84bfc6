import { type FieldError, forbidden } from "../../../apimachinery/field/error.ts";
import type { JwtIssuer } from "./configuration.ts";

/**
 * CEL expressions over claims and users. None can be evaluated here yet: a configuration that has some is refused, rather than let in whom it
 * would keep out. Who fills this in compiles the expressions below, tells here what is wrong with them, and gives `identity.ts` what they
 * make of a token.
 */
export function expressionErrors(
  { claimMappings: { username, groups, uid, extra = [] }, claimValidationRules = [], userValidationRules = [] }: JwtIssuer,
  place: string,
): FieldError[] {
  const expressions: readonly (readonly [string, string | undefined])[] = [
    ["claimMappings.username.expression", username?.expression],
    ["claimMappings.groups.expression", groups?.expression],
    ["claimMappings.uid.expression", uid?.expression],
    ...extra.map(({ valueExpression }, at) => [`claimMappings.extra[${at}].valueExpression`, valueExpression] as const),
    ...claimValidationRules.map(({ expression }, at) => [`claimValidationRules[${at}].expression`, expression] as const),
    ...userValidationRules.map(({ expression }, at) => [`userValidationRules[${at}].expression`, expression] as const),
  ];
  return expressions.flatMap(([field, expression]) => (expression ? [forbidden(`${place}.${field}`, NOT_YET)] : []));
}

const NOT_YET = "CEL expressions cannot be evaluated by this server yet";
