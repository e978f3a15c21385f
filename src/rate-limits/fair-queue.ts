/** A caller that waits, and one of the accounts or tokens that it uses. */
export interface Waiter {
  /** A user, or the address of an anonymous client. */
  readonly caller: string;
  /** The members of a caller take turns, too, such as the devices behind one address. */
  readonly member?: string;
  /**
   * Whether it has signed in. Known callers and strangers take turns: any number of strangers delays a known caller by
   * one item.
   */
  readonly isKnown?: boolean;
}

/**
 * A bounded queue in which known callers and strangers take turns, and so do the callers of each kind, and the members of
 * each caller. When it is full, the one with the most items gives way: a caller can fill it, but others still get in.
 */
export class FairQueue<Item> {
  readonly #items = new Branch<Item>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#items.size;
  }

  /** @returns the item that gives way if the queue was full, which may be the new one. */
  push({ caller, member = '', isKnown = false }: Waiter, item: Item): Item | undefined {
    this.#items.push(item, [isKnown ? 'known' : 'strangers', caller, member]);
    return this.size > this.capacity ? this.#items.pop() : undefined;
  }

  /** Removes the next item. */
  shift(): Item | undefined {
    return this.#items.shift();
  }
}

/** Either items in their order, or branches that take turns, by key. */
class Branch<Item> {
  /** In the order of their turns. */
  readonly #branches = new Map<string, Branch<Item>>();
  readonly #items: Item[] = [];
  #size = 0;

  /** How many items it has, those of its branches included. */
  get size(): number {
    return this.#size;
  }

  /** @param path of keys below this branch. */
  push(item: Item, [key, ...path]: readonly string[]): void {
    this.#size += 1;
    if (key === undefined) return void this.#items.push(item);
    const branch = this.#branches.get(key) ?? new Branch<Item>();
    this.#branches.set(key, branch);
    branch.push(item, path);
  }

  /** Removes the next item. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    this.#size -= 1;
    for (const [key, branch] of this.#branches) {
      const item = branch.shift();
      this.#branches.delete(key);
      if (branch.size > 0) this.#branches.set(key, branch);
      return item;
    }
    return this.#items.shift();
  }

  /** Removes the latest item of the branch with the most; of several, that of the one whose turn is last. */
  pop(): Item | undefined {
    if (this.#size === 0) return undefined;
    this.#size -= 1;
    let most: readonly [string, Branch<Item>] | undefined;
    for (const entry of this.#branches) if (!most || entry[1].size >= most[1].size) most = entry;
    if (!most) return this.#items.pop();
    const [key, branch] = most;
    const item = branch.pop();
    if (branch.size === 0) this.#branches.delete(key);
    return item;
  }
}
