import { type FieldError, UNTOLD } from "../../apimachinery/field/error.ts";

/** One thing wrong. `text` is the whole sentence of the validating library; the same sentence is reported once. */
interface Finding {
  readonly text: string;
  readonly error: FieldError;
}

/** So many findings are put into words, far more than an answer has room for; what comes after is only counted. */
const MAX_TOLD = 10_000;

/**
 * What a walk over a value found (kube-openapi, pkg/validation/validate/result.go).
 *
 * `matches` counts what was checked and held. Of the branches of an `anyOf` or `oneOf` that fails, the one with the most matches came
 * closest, and its errors are the ones told; so the count follows Kubernetes' to the last increment.
 */
export class Result {
  readonly #findings: Finding[] = [];
  /** How many are only counted. */
  #untold = 0;
  matches = 0;
  #texts: Set<string> | undefined;

  get valid(): boolean {
    return this.#findings.length === 0;
  }

  /** Everything wrong, with a stand-in for each finding that is only counted. */
  get errors(): FieldError[] {
    return this.#findings.map(({ error }) => error).concat(Array<FieldError>(this.#untold).fill(UNTOLD));
  }

  /** `say` makes the sentence, and `make` the error that is told with it; neither is called for what is only counted. */
  add(say: () => string, make: (text: string) => FieldError): void {
    if (this.#findings.length >= MAX_TOLD) {
      this.#untold++;
      return;
    }
    const text = say();
    this.#texts ??= new Set();
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.#findings.push({ text, error: make(text) });
  }

  merge(other: Result): void {
    for (const { text, error } of other.#findings) {
      this.add(
        () => text,
        () => error,
      );
    }
    this.#untold += other.#untold;
    this.matches += other.matches;
  }
}
