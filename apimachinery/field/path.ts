/**
 * The way to a field as error texts write it: `spec.items[0].name`, `metadata.annotations[example.com/a]`.
 * Immutable; a child is a new path (k8s.io/apimachinery, pkg/util/validation/field/path.go).
 */
export class FieldPath {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static of(...names: string[]): FieldPath {
    return new FieldPath(names.join("."));
  }

  static readonly root = new FieldPath("");

  child(...names: string[]): FieldPath {
    const tail = names.join(".");
    return new FieldPath(this.#text === "" ? tail : `${this.#text}.${tail}`);
  }

  index(index: number): FieldPath {
    return new FieldPath(`${this.#text}[${index}]`);
  }

  key(key: string): FieldPath {
    return new FieldPath(`${this.#text}[${key}]`);
  }

  toString(): string {
    return this.#text === "" ? "<nil>" : this.#text;
  }
}
