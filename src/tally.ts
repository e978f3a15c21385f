/** Counts by name, from the start of the process. */
export class Tally<Name extends string> {
  readonly #counts: Map<Name, number>;

  /** @param names all of them, which must be few: each one starts at 0. */
  constructor(names: readonly Name[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  add(name: Name, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  get counts(): ReadonlyMap<Name, number> {
    return this.#counts;
  }
}
