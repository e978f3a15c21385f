import { expect, test } from '@jest/globals';
import { onlineShare, presenceIntervals } from '../../src/dashboard/app/views/device/presence-intervals.js';

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const online = (hour: number) => ({ online: true, reason: null, at: at(hour) });
const timedOut = (hour: number) => ({ online: false, reason: 'TIMEOUT' as const, at: at(hour) });
const from = 100 * 3_600_000;
const to = 110 * 3_600_000;
const intervalsOf = (device: Parameters<typeof presenceIntervals>[0]) =>
  presenceIntervals(device, { from, to }).map((stretch) => [
    stretch.online ? 'online' : (stretch.reason ?? 'offline'),
    stretch.from / 3_600_000,
    stretch.to / 3_600_000,
  ]);

test('infers the state before the first transition from that transition', () => {
  expect(intervalsOf({ history: [timedOut(104), online(105)], online: true, firstSeenAt: at(1) })).toEqual([
    ['online', 100, 104],
    ['TIMEOUT', 104, 105],
    ['online', 105, 110],
  ]);
});

test('assumes the current state for the whole range without transitions', () => {
  expect(intervalsOf({ history: [], online: false, firstSeenAt: at(1) })).toEqual([['offline', 100, 110]]);
});

test('does not cover the time before a device was first seen', () => {
  const device = { history: [online(102), timedOut(106)], online: false, firstSeenAt: at(102) };
  expect(intervalsOf(device)).toEqual([
    ['online', 102, 106],
    ['TIMEOUT', 106, 110],
  ]);
  expect(onlineShare(presenceIntervals(device, { from, to }))).toBe(0.5);
});

test('ends at the last transition of a truncated history', () => {
  const history = Array.from({ length: 1000 }, (_, index) =>
    (index % 2 ? timedOut : online)(100 + index / 250),
  );
  const intervals = presenceIntervals({ history, online: true, firstSeenAt: at(1) }, { from, to });
  expect(intervals.at(-1)?.to).toBe(Date.parse(history.at(-1)?.at ?? ''));
});

test('includes a transition at the very end of the range', () => {
  expect(intervalsOf({ history: [timedOut(110)], online: false, firstSeenAt: at(1) })).toEqual([
    ['online', 100, 110],
    ['TIMEOUT', 110, 110],
  ]);
});
