import { expect, test } from '@jest/globals';
import { BatchQueue } from '../../src/database/batch-queue.js';
import { DomainError } from '../../src/errors.js';

/** A queue of numbers whose batches end when `finish` is called, each with the negated numbers. */
function negations() {
  const batches: { items: readonly number[]; finish: () => void }[] = [];
  const queue = new BatchQueue(async (items: readonly number[]) => {
    await new Promise<void>((finish) => batches.push({ items, finish }));
    return items.map((item) => ({ negated: -item }));
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { queue, batches, turn };
}

test('handles what arrives in one turn together, and gives each its own result', async () => {
  const { queue, batches, turn } = negations();
  const results = [1, 2, 3].map((item) => queue.run(item));
  await turn();
  expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  batches[0]?.finish();
  expect(await Promise.all(results)).toEqual([{ negated: -1 }, { negated: -2 }, { negated: -3 }]);
});

test('collects what arrives while two batches are under way', async () => {
  const { queue, batches, turn } = negations();
  const results: Promise<unknown>[] = [];
  for (const item of [1, 2, 3, 4]) {
    results.push(queue.run(item));
    await turn();
  }
  expect(batches.map(({ items }) => items)).toEqual([[1], [2]]);
  batches[0]?.finish();
  await results[0];
  await turn();
  expect(batches.map(({ items }) => items)).toEqual([[1], [2], [3, 4]]);
  for (const { finish } of batches) finish();
  await Promise.all(results);
});

test('refuses at once what would wait behind 5,000 others, and accepts again after them', async () => {
  const { queue, batches, turn } = negations();
  const waiting = Array.from({ length: 5000 }, (_, item) => queue.run(item));
  await expect(queue.run(5000)).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: 5 } });
  await turn();
  const accepted = queue.run(5001);
  for (let handled = 0; handled < batches.length; handled += 1) {
    batches[handled]?.finish();
    await turn();
    await turn();
  }
  expect(await accepted).toEqual({ negated: -5001 });
  await Promise.all(waiting);
});

test('fails the items that make a batch fail, and no others', async () => {
  const queue = new BatchQueue(async (items: readonly number[]) => {
    if (items.includes(0)) throw new Error('no zero');
    return items.map(String).map((text) => ({ text }));
  });
  const settled = await Promise.allSettled([1, 2, 0, 3, 0].map((item) => queue.run(item)));
  expect(settled.map((result) => (result.status === 'fulfilled' ? result.value.text : null))).toEqual([
    '1',
    '2',
    null,
    '3',
    null,
  ]);
});

test('fails a batch as a whole, and at once, while the database does not answer', async () => {
  let batches = 0;
  const queue = new BatchQueue(async (items: readonly number[]): Promise<{ item: number }[]> => {
    batches += 1;
    throw new DomainError('UNAVAILABLE', `There is no database for ${items.length} items.`);
  });
  const settled = await Promise.allSettled([1, 2, 3].map((item) => queue.run(item)));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(batches).toBe(1);
});
