import { expect, test } from '@jest/globals';
import {
  onlineShare,
  presenceIntervals,
} from '../../../../src/dashboard/app/views/device/timeline/presence-intervals.js';

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const online = (hour: number) => ({ online: true, reason: null, at: at(hour) });
const timedOut = (hour: number) => ({ online: false, reason: 'TIMEOUT' as const, at: at(hour) });
const from = 100 * 3_600_000;
const to = 110 * 3_600_000;

type Events = Parameters<typeof presenceIntervals>[0];

/** @param state now; the hour when the device was first seen. */
const intervalsOf = (events: Events, state: { online: boolean; firstSeen?: number }) =>
  presenceIntervals(events, { online: state.online, firstSeenAt: at(state.firstSeen ?? 1) }, { from, to });
const described = (intervals: ReturnType<typeof presenceIntervals>) =>
  intervals.map((interval) => [
    interval.online ? 'online' : (interval.reason ?? 'offline'),
    interval.from / 3_600_000,
    interval.to / 3_600_000,
  ]);

test('infers the state before the first transition from that transition', () => {
  expect(described(intervalsOf([timedOut(104), online(105)], { online: true }))).toEqual([
    ['online', 100, 104],
    ['TIMEOUT', 104, 105],
    ['online', 105, 110],
  ]);
});

test('assumes the current state for the whole range without transitions', () => {
  expect(described(intervalsOf([], { online: false }))).toEqual([['offline', 100, 110]]);
});

test('does not cover the time before a device was first seen', () => {
  const intervals = intervalsOf([online(102), timedOut(106)], { online: false, firstSeen: 102 });
  expect(described(intervals)).toEqual([
    ['online', 102, 106],
    ['TIMEOUT', 106, 110],
  ]);
  expect(onlineShare(intervals)).toBe(0.5);
});

test('begins with the first transition when the range does', () => {
  expect(described(intervalsOf([timedOut(100), online(105)], { online: true }))).toEqual([
    ['TIMEOUT', 100, 105],
    ['online', 105, 110],
  ]);
});

test('includes a transition at the very end of the range', () => {
  expect(described(intervalsOf([timedOut(110)], { online: false }))).toEqual([
    ['online', 100, 110],
    ['TIMEOUT', 110, 110],
  ]);
});
