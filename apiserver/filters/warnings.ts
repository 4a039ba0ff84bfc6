/** Budget of all texts of one response, and of each once the budget was exceeded, in characters. */
const TOTAL = 4096;
const TRUNCATED = 256;

/**
 * The `Warning` headers of a response (k8s.io/apiserver, pkg/endpoints/filters/warning.go): each text once; when they exceed the budget
 * all are cut short, and those that do not fit even so are left out.
 */
export class Warnings {
  readonly #texts = new Set<string>();

  add(...texts: readonly string[]): void {
    for (const text of texts) if (text !== "" && !/[\u0000-\u001f\u007f-\u009f]/.test(text)) this.#texts.add(text);
  }

  /** `299 - "…"`, one each; a character for each byte of UTF-8, which is how Node writes the bytes of a header. */
  headers(): string[] {
    const texts = [...this.#texts];
    const lengths = texts.map((text) => [...text].length);
    const whole = lengths.reduce((sum, length) => sum + length, 0) <= TOTAL;
    let total = 0;
    let sent = 0;
    const kept: string[] = [];
    for (const [i, text] of texts.entries()) {
      const shown = whole ? text : [...text].slice(0, TRUNCATED).join("");
      // the one that exceeded the budget is sent, and so are those before it
      if (total >= TOTAL && sent > TOTAL) break;
      sent += lengths[i] as number;
      total += Math.min(lengths[i] as number, TRUNCATED);
      kept.push(Buffer.from(`299 - "${shown.replace(/[\\"]/g, "\\$&")}"`).toString("latin1"));
    }
    return kept;
  }
}
