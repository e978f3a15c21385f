import { describe, expect, test } from '@jest/globals';
import { FairTurns } from '../../src/rate-limits/fair-turns.js';

/** Runs work, whose names are noted as it starts. Names are such as `a1`: the first work of the caller a. */
function start(capacity: number, maxWaiting = 100) {
  const turns = new FairTurns({ capacity, maxWaiting, refusal: 'Too much waits.' });
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = async (name: string, weight = 1) =>
    turns.run({ caller: name.slice(0, 1) }, weight, () => {
      started.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    });
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return { turns, started, run, end };
}

describe('fair turns', () => {
  test('start what fits, and then one of each caller after the other', async () => {
    const { started, run, end } = start(2);
    const results = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => run(name));
    expect(started).toEqual(['a1', 'a2']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2', 'a3']);
    await end('a2');
    expect(started.at(-1)).toBe('b1');
    for (const name of ['a3', 'b1', 'a4']) await end(name);
    expect(await Promise.all(results)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
  });

  test('do not let light work overtake the heavy one that is next', async () => {
    const { started, run, end } = start(10);
    void run('a1', 6);
    void run('b1', 20);
    void run('c1', 1);
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'c1']);
  });

  test('refuse the caller with the most beyond the bound, with the time to wait', async () => {
    const { started, run, end } = start(1, 2);
    const names = ['a1', 'a2', 'a3', 'b1'];
    const outcomes = Promise.allSettled(names.map((name) => run(name)));
    for (const name of ['a1', 'a2', 'b1']) await end(name);
    const [, , refused, other] = await outcomes;
    expect(refused).toMatchObject({
      reason: { code: 'UNAVAILABLE', message: 'Too much waits.', details: { retryAfter: 5 } },
    });
    expect(other).toMatchObject({ value: 'b1' });
    expect(started).toEqual(['a1', 'a2', 'b1']);
  });

  test('make room after work that failed, and after work that returned at once', async () => {
    const { turns, run, end } = start(1);
    const failing = run('a1');
    const next = run('a2');
    await Promise.all([expect(failing).rejects.toThrow('failed'), end('a1', new Error('failed'))]);
    await end('a2');
    expect(await next).toBe('a2');
    expect(turns.run({ caller: 'a' }, 1, () => 'at once')).toBe('at once');
    expect(() =>
      turns.run({ caller: 'a' }, 1, () => {
        throw new Error('failed at once');
      }),
    ).toThrow('failed at once');
    expect(turns.run({ caller: 'a' }, 1, () => 'again')).toBe('again');
  });
});
