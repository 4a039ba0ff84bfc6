/** How many owners are remembered (kubernetes, pkg/controller/garbagecollector: 500). */
const CAPACITY = 500;

/**
 * Owners that were found to be absent, so that the server is not asked for each of their dependents. An object never comes back under the uid
 * that it had: what is in here stays true.
 */
export class AbsentOwners {
  readonly #keys = new Set<string>();

  add(key: string): void {
    if (this.#keys.size >= CAPACITY) this.#keys.delete(this.#keys.keys().next().value as string);
    this.#keys.add(key);
  }

  has(key: string): boolean {
    if (!this.#keys.delete(key)) return false;
    // what was asked for last goes last
    this.#keys.add(key);
    return true;
  }
}
