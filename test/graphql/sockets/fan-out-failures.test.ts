import { afterEach, expect, jest, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { pino } from 'pino';
import { FanOut } from '../../../src/graphql/sockets/fan-out.js';
import type { LiveSource } from '../../../src/streams/event-stream.js';

const away = new Error('The database is away.');
const args = { schema: buildSchema('type Query { a: Int }'), document: parse('{ a }') };

function join(source: LiveSource<unknown>) {
  return new FanOut(pino({ level: 'silent' })).join({
    query: '{ a }',
    args,
    source,
    writer: { push() {}, async drained() {} },
    prefix: '',
    variant: '',
  });
}

afterEach(() => {
  jest.useRealTimers();
});

test('what cannot be read is tried again once a second, however much happened meanwhile, until nobody waits for it', async () => {
  jest.useFakeTimers();
  let reads = 0;
  let tellNews = () => {};
  const reader = join({
    scope: '',
    open: async () => ({ events: [], place: 0 }),
    after: async () => {
      reads += 1;
      throw away;
    },
    onNews(listener) {
      tellNews = listener;
      return () => {};
    },
  });
  await jest.advanceTimersByTimeAsync(1);
  for (let news = 0; news < 20; news++) {
    tellNews();
    await jest.advanceTimersByTimeAsync(10);
  }
  reads = 0;
  await jest.advanceTimersByTimeAsync(5000);
  expect(reads).toBe(5);
  await reader.return?.();
  expect(jest.getTimerCount()).toBe(0);
});

test('who has left is not told that the beginning could not be read: its id may be that of another by now', async () => {
  const opening = Promise.withResolvers<never>();
  const reader = join({
    scope: '',
    open: () => opening.promise,
    after: () => opening.promise,
    onNews: () => () => {},
  });
  const told = jest.fn();
  reader.next().catch(told);
  await reader.return?.();
  opening.reject(away);
  await new Promise(setImmediate);
  expect(told).not.toHaveBeenCalled();
});
