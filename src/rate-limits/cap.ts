/** Counts what is open or under way by key, up to a limit. */
export class Cap<Key extends string | number> {
  readonly #counts = new Map<Key, number>();

  constructor(private readonly limit: number) {}

  /** @returns whether there was room; if so, `release` must follow. */
  take(key: Key): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.limit) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  release(key: Key): void {
    const count = this.#counts.get(key) ?? 0;
    if (count <= 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
  }
}
