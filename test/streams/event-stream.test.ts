import { expect, test } from '@jest/globals';
import { type Batch, EventStream } from '../../src/streams/event-stream.js';

/** Numbers, two in a batch; ends after `last`. */
class Numbers extends EventStream<number> {
  readonly scope = '';
  readonly listeners = new Set<() => void>();
  #appended = 0;

  constructor(private readonly last = Number.POSITIVE_INFINITY) {
    super();
  }

  append(count: number): void {
    this.#appended += count;
    for (const listener of this.listeners) listener();
  }

  open(): Promise<Batch<number>> {
    return this.since(0);
  }

  async since(start: number): Promise<Batch<number>> {
    const offset = Math.min(start + 2, this.#appended);
    const publications = Array.from({ length: offset - start }, (_, index) => ({
      event: start + index + 1,
      offset: start + index + 1,
    }));
    const isBehind = offset < this.#appended;
    return { publications, offset, status: offset >= this.last ? 'ended' : isBehind ? 'behind' : 'current' };
  }

  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const take = async (events: AsyncIterator<number>, count: number) => {
  const taken: number[] = [];
  while (taken.length < count) taken.push((await events.next()).value);
  return taken;
};

test('iterates over all events, whether appended before a read, during it or after it', async () => {
  const stream = new Numbers();
  stream.append(5);
  const events = stream[Symbol.asyncIterator]();
  expect(await take(events, 5)).toEqual([1, 2, 3, 4, 5]);
  const next = events.next();
  await new Promise(setImmediate);
  stream.append(1);
  expect(await next).toEqual({ value: 6, done: false });
});

test('ends the iteration with the stream', async () => {
  const stream = new Numbers(2);
  stream.append(2);
  const seen: number[] = [];
  for await (const event of stream) seen.push(event);
  expect(seen).toEqual([1, 2]);
  expect(stream.listeners.size).toBe(0);
});

test('ends the notifications with the iteration, also while it waits', async () => {
  const stream = new Numbers();
  const events = stream[Symbol.asyncIterator]();
  const waiting = events.next();
  await new Promise(setImmediate);
  expect(stream.listeners.size).toBe(1);
  await events.return?.();
  expect(await waiting).toMatchObject({ done: true });
  expect(stream.listeners.size).toBe(0);
});

test('fails the iteration when a read fails', async () => {
  class Broken extends Numbers {
    override open(): Promise<Batch<number>> {
      return Promise.reject(new Error('The database is away.'));
    }
  }
  const stream = new Broken();
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('away');
  expect(stream.listeners.size).toBe(0);
});
