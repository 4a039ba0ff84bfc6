import type { FieldError } from "../../apimachinery/field/error.ts";

/** One thing wrong. `text` is the whole sentence of the validating library; the same sentence is reported once. */
export interface Finding {
  readonly text: string;
  readonly error: FieldError;
}

/**
 * What a walk over a value found (kube-openapi, pkg/validation/validate/result.go).
 *
 * `matches` counts what was checked and held. Of the branches of an `anyOf` or `oneOf` that fails, the one with the most matches came
 * closest, and its errors are the ones told; so the count follows Kubernetes' to the last increment.
 */
export class Result {
  readonly findings: Finding[] = [];
  matches = 0;
  #texts: Set<string> | undefined;

  get valid(): boolean {
    return this.findings.length === 0;
  }

  add(text: string, error: FieldError): void {
    this.#texts ??= new Set();
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.findings.push({ text, error });
  }

  merge(other: Result): void {
    for (const { text, error } of other.findings) this.add(text, error);
    this.matches += other.matches;
  }
}
