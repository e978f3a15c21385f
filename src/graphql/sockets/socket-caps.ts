/** Counts open sockets by key, up to a limit. */
export class Cap {
  readonly #open = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** @returns whether there was room; if so, `release` must follow. */
  take(key: string): boolean {
    const open = this.#open.get(key) ?? 0;
    if (open >= this.limit) return false;
    this.#open.set(key, open + 1);
    return true;
  }

  release(key: string): void {
    const open = this.#open.get(key) ?? 0;
    if (open <= 1) this.#open.delete(key);
    else this.#open.set(key, open - 1);
  }
}
