/** Counts what is open by key, up to a cap. */
export class Cap {
  readonly #open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** @returns whether there was room; if so, call `give` once it is closed. */
  take(key: string): boolean {
    const open = this.#open.get(key) ?? 0;
    if (open >= this.most) return false;
    this.#open.set(key, open + 1);
    return true;
  }

  give(key: string): void {
    const open = this.#open.get(key) ?? 0;
    if (open <= 1) this.#open.delete(key);
    else this.#open.set(key, open - 1);
  }
}
