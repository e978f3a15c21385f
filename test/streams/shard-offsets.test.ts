import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ShardOffsets } from '../../src/streams/shard-offsets.js';

const SHARDS = 3;
const CAPACITY = 20;

interface Entry {
  readonly shard: number;
  readonly offset: number;
}

/** A node that reads the shards in an order of its own. */
class Node {
  readonly entries: Entry[] = [];
  readonly offsets = new ShardOffsets(CAPACITY, 0, new Array<number>(SHARDS).fill(0));
  readonly #read = new Array<number>(SHARDS).fill(0);

  append(shard: number): void {
    this.offsets.append(shard);
    const offset = (this.#read[shard] ?? 0) + 1;
    this.#read[shard] = offset;
    this.entries.push({ shard, offset });
  }

  /** Lets the node read as much as another one has read. */
  catchUp({ entries }: Node): void {
    for (const { shard, offset } of entries) if (offset > (this.#read[shard] ?? 0)) this.append(shard);
  }
}

test('subscribers that move between nodes receive each entry once, and in the order of its shard', () => {
  const step = fc.record({
    node: fc.nat(1),
    shards: fc.array(fc.nat(SHARDS - 1), { maxLength: 8 }),
    take: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const nodes = [new Node(), new Node()] as const;
      const received: Entry[] = [];
      let position = new Array<number>(SHARDS).fill(0);
      for (const { node, shards, take } of steps) {
        const [here, other] = node === 0 ? nodes : [nodes[1], nodes[0]];
        for (const shard of shards) here.append(shard);
        const start = here.offsets.find(position);
        const isBehind = position.some(
          (upTo, shard) => upTo > here.entries.filter((one) => one.shard === shard).length,
        );
        const missing = here.entries.findIndex(({ shard, offset }) => offset > (position[shard] ?? 0));
        const isDropped = missing !== -1 && missing < here.entries.length - CAPACITY;
        expect(start === null).toBe(isBehind || isDropped);
        if (start === null) {
          here.catchUp(other);
          continue;
        }
        const since = position;
        for (let offset = start + 1; offset <= Math.min(start + take, here.entries.length); offset++) {
          const entry = here.entries[offset - 1];
          if (entry && !here.offsets.isReceived(offset, since)) received.push(entry);
          position = here.offsets.at(offset, since);
        }
      }
      for (let shard = 0; shard < SHARDS; shard++) {
        const offsets = received.filter((one) => one.shard === shard).map(({ offset }) => offset);
        expect(offsets).toEqual(Array.from({ length: position[shard] ?? 0 }, (_, index) => index + 1));
      }
    }),
  );
});

test('refuses the offsets of another number of shards', () => {
  expect(new ShardOffsets(CAPACITY, 0, [0, 0, 0]).find([0])).toBeNull();
});
