/** A storage that lasts as long as the page. */
class PageStorage implements Storage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  clear(): void {
    this.#items.clear();
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
}

/** Browsers that block local storage throw at every use of it, in libraries too. */
try {
  localStorage.getItem('');
} catch {
  Object.defineProperty(window, 'localStorage', { value: new PageStorage() });
}
