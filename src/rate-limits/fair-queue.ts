/** A caller that waits, and one of the accounts or tokens that it uses. */
export interface Waiter {
  /** A user, or the address of an anonymous client. */
  readonly caller: string;
  /** The members of a caller take turns, too, such as the devices behind one address. */
  readonly member?: string;
}

/** The items of one caller, by its members. */
interface Line<Item> {
  readonly members: Map<string, Item[]>;
  size: number;
}

/**
 * A bounded queue in which callers take turns, and so do the members of each caller. When it is full, the one with the
 * most items gives way: a caller can fill it, but others still get in.
 */
export class FairQueue<Item> {
  /** In the order of their turns, as are the members of each. */
  readonly #lines = new Map<string, Line<Item>>();
  #size = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#size;
  }

  /** @returns the item that gives way if the queue was full, which may be the new one. */
  push({ caller, member = '' }: Waiter, item: Item): Item | undefined {
    const line = this.#lines.get(caller) ?? { members: new Map<string, Item[]>(), size: 0 };
    const items = line.members.get(member);
    if (items) items.push(item);
    else line.members.set(member, [item]);
    line.size += 1;
    this.#lines.set(caller, line);
    this.#size += 1;
    return this.#size > this.capacity ? this.#giveWay() : undefined;
  }

  /** Removes the next item. */
  shift(): Item | undefined {
    for (const [caller, line] of this.#lines) {
      for (const [member, items] of line.members) {
        const item = items.shift();
        line.members.delete(member);
        if (items.length > 0) line.members.set(member, items);
        this.#lines.delete(caller);
        line.size -= 1;
        this.#size -= 1;
        if (line.size > 0) this.#lines.set(caller, line);
        return item;
      }
    }
    return undefined;
  }

  /** Removes the latest item of the member with the most, at the caller with the most. */
  #giveWay(): Item | undefined {
    const [caller, line] = longest(this.#lines, ({ size }) => size);
    const [member, items] = longest(line.members, ({ length }) => length);
    const item = items.pop();
    if (items.length === 0) line.members.delete(member);
    line.size -= 1;
    if (line.size === 0) this.#lines.delete(caller);
    this.#size -= 1;
    return item;
  }
}

/** Of several that are longest, the one whose turn is last. */
function longest<T>(lines: ReadonlyMap<string, T>, lengthOf: (line: T) => number): readonly [string, T] {
  let found: readonly [string, T] | undefined;
  for (const entry of lines) if (!found || lengthOf(entry[1]) >= lengthOf(found[1])) found = entry;
  if (!found) throw new RangeError('The queue is empty.');
  return found;
}
