import { describe, expect, test } from '@jest/globals';
import { FairQueue } from '../../src/rate-limits/fair-queue.js';

/** Items are such as `a1x`: the first item of the caller a, for its member x. Callers in capitals are known. */
function queueOf(items: readonly string[], capacity = 100) {
  const queue = new FairQueue<string>(capacity);
  const refused = items.flatMap((item) => {
    const [caller = '', , member = ''] = item;
    return queue.push({ caller, member, isKnown: caller !== caller.toLowerCase() }, item) ?? [];
  });
  return { queue, refused };
}

function drain(queue: FairQueue<string>): string[] {
  const items = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

describe('a fair queue', () => {
  test('returns one item of each caller after the other', () => {
    const { queue } = queueOf(['a1', 'a2', 'a3', 'b1', 'c1', 'b2']);
    expect(queue.size).toBe(6);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.size).toBe(0);
  });

  test('returns one item of each member of a caller after the other', () => {
    const { queue } = queueOf(['a1x', 'a2x', 'a3y', 'b1', 'a4y']);
    expect(drain(queue)).toEqual(['a1x', 'b1', 'a3y', 'a2x', 'a4y']);
  });

  test('returns one item of a known caller after each one of a stranger', () => {
    const { queue } = queueOf(['a1', 'b1', 'c1', 'A1', 'd1', 'A2', 'B1']);
    expect(drain(queue)).toEqual(['a1', 'A1', 'b1', 'B1', 'c1', 'A2', 'd1']);
  });

  test('drops items of strangers while most are theirs, and else those of known callers', () => {
    const { queue, refused } = queueOf(['a1', 'b1', 'c1', 'A1', 'A2', 'A3'], 4);
    expect(refused).toEqual(['c1', 'A3']);
    expect(drain(queue)).toEqual(['a1', 'A1', 'b1', 'A2']);
  });

  test('drops the latest item of the caller with the most, once it is full', () => {
    const { queue, refused } = queueOf(['a1', 'a2', 'a3', 'b1', 'c1'], 3);
    expect(refused).toEqual(['a3', 'a2']);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1']);
  });

  test('drops the item of a caller that adds to the longest line', () => {
    const { queue, refused } = queueOf(['a1', 'a2', 'b1', 'a3'], 3);
    expect(refused).toEqual(['a3']);
    expect(drain(queue)).toEqual(['a1', 'b1', 'a2']);
  });

  test('drops the latest item where all callers have one', () => {
    const { queue, refused } = queueOf(['a1', 'b1', 'c1'], 2);
    expect(refused).toEqual(['c1']);
    expect(drain(queue)).toEqual(['a1', 'b1']);
  });

  test('drops the item of the member with the most', () => {
    const { queue, refused } = queueOf(['a1x', 'a2x', 'a3y', 'b1'], 3);
    expect(refused).toEqual(['a2x']);
    expect(drain(queue)).toEqual(['a1x', 'b1', 'a3y']);
  });
});
