/** How many texts are remembered. */
const CAPACITY = 4_096;

/** Gives equal texts as one and the same, so that it is kept once. Objects that come one after another share most of theirs. */
export class Interner {
  readonly #known = new Map<string, string>();

  intern(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= CAPACITY) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}
