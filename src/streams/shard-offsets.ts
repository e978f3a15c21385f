/**
 * The offsets of all shards after each of the latest entries of a log. Each shard has an order of its own; how a log
 * interleaves them differs from node to node. A subscriber that comes from another node may have received any of the
 * entries, so it reads on since the first one that it is missing, and leaves out what it has.
 */
export class ShardOffsets {
  /** A ring, as long as that of the log and one more: the offsets before its first entry. */
  readonly #offsets: Float64Array;
  /** The shard of each entry. */
  readonly #shards: Uint8Array;
  readonly #shardCount: number;
  #latest: number;

  /**
   * @param first the offset in the log that comes before its first entry.
   * @param offsets by shard, before the first entry of each.
   */
  constructor(
    private readonly capacity: number,
    private readonly first: number,
    offsets: readonly number[],
  ) {
    this.#shardCount = offsets.length;
    this.#offsets = new Float64Array((capacity + 1) * offsets.length);
    this.#shards = new Uint8Array(capacity + 1);
    this.#latest = first;
    this.#offsets.set(offsets, this.#start(first));
  }

  /** Adds the next entry of the log, which is the next one of its shard, too. */
  append(shard: number): void {
    const from = this.#start(this.#latest);
    this.#latest += 1;
    const to = this.#start(this.#latest);
    this.#offsets.copyWithin(to, from, from + this.#shardCount);
    this.#offsets[to + shard] = (this.#offsets[to + shard] ?? 0) + 1;
    this.#shards[this.#latest % (this.capacity + 1)] = shard;
  }

  /** The offsets by shard of a subscriber with these offsets that has received the log up to an entry, too. */
  at(offset: number, received: readonly number[]): number[] {
    const start = this.#start(offset);
    const offsets = this.#offsets.subarray(start, start + this.#shardCount);
    return Array.from(offsets, (upTo, shard) => Math.max(upTo, received[shard] ?? 0));
  }

  /** Whether a subscriber with these offsets has received an entry of the log. */
  isReceived(offset: number, received: readonly number[]): boolean {
    const shard = this.#shards[offset % (this.capacity + 1)] ?? 0;
    return this.#after(offset, shard) <= (received[shard] ?? 0);
  }

  /**
   * The offset in the log up to which a subscriber with these offsets has received all entries; null if the log no
   * longer keeps the next one, or does not have all that were received.
   */
  find(received: readonly number[]): number | null {
    if (received.length !== this.#shardCount || !this.hasAll(received)) return null;
    let low = Math.max(this.first, this.#latest - this.capacity);
    if (!this.#isAllReceived(low, received)) return null;
    for (let high = this.#latest; low < high; ) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#isAllReceived(middle, received)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether the log up to an entry has everything that a subscriber with these offsets has received. */
  hasAll(received: readonly number[], upToEntry = this.#latest): boolean {
    return received.every((upTo, shard) => upTo <= this.#after(upToEntry, shard));
  }

  #isAllReceived(offset: number, received: readonly number[]): boolean {
    return received.every((upTo, shard) => this.#after(offset, shard) <= upTo);
  }

  #after(offset: number, shard: number): number {
    return this.#offsets[this.#start(offset) + shard] ?? 0;
  }

  #start(offset: number): number {
    return (offset % (this.capacity + 1)) * this.#shardCount;
  }
}
