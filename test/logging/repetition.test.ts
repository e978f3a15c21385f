import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { limitRepetition } from '../../src/logging/repetition.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const lines: { msg: string; more?: number }[] = [];
const log = pino(
  { hooks: { logMethod: limitRepetition() } },
  { write: (line: string) => void lines.push(JSON.parse(line)) },
);

test('logs twenty warnings with the same message in ten seconds, and counts the others in one line', () => {
  lines.length = 0;
  for (let request = 0; request < 1000; request++)
    log.child({ request }).warn({ err: new Error('away') }, 'failed');
  log.error('another message');
  expect(lines).toHaveLength(21);
  jest.advanceTimersByTime(10_000);
  expect(lines.slice(21)).toEqual([expect.objectContaining({ msg: 'failed', more: 980 })]);
  log.warn('failed');
  expect(lines).toHaveLength(23);
});

test('logs every request', () => {
  lines.length = 0;
  for (let request = 0; request < 100; request++) log.info({ request }, 'request');
  expect(lines).toHaveLength(100);
});
