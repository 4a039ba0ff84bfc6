import type { Operation } from "./operations.ts";
import type { Parameter } from "./parameters.ts";

/** The parameters that every operation of an address takes, sorted: they are written once, beside the operations. */
export function sharedParameters(operations: readonly Operation[]): Parameter[] {
  const [first, ...others] = operations;
  const shared = first?.parameters.filter((parameter) => others.every(({ parameters }) => has(parameters, parameter))) ?? [];
  return shared.sort(byName);
}

/** Those of an operation that are not shared, sorted. */
export const ownParameters = (operation: Operation, shared: readonly Parameter[]): Parameter[] =>
  operation.parameters.filter((parameter) => !has(shared, parameter)).sort(byName);

const has = (parameters: readonly Parameter[], { name, in: place }: Parameter): boolean =>
  parameters.some((other) => other.name === name && other.in === place);

const byName = (a: Parameter, b: Parameter): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
