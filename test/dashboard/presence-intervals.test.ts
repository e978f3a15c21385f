import { expect, test } from '@jest/globals';
import { onlineShare, presenceIntervals } from '../../src/dashboard/app/views/device/presence-intervals.js';

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const online = (hour: number) => ({ online: true, reason: null, at: at(hour) });
const silent = (hour: number) => ({ online: false, reason: 'TIMEOUT' as const, at: at(hour) });
const from = 100 * 3_600_000;
const to = 110 * 3_600_000;
const shown = (device: Parameters<typeof presenceIntervals>[0]) =>
  presenceIntervals(device, { from, to }).map((stretch) => [
    stretch.online ? 'online' : (stretch.reason ?? 'offline'),
    stretch.from / 3_600_000,
    stretch.to / 3_600_000,
  ]);

test('what a device was before its first transition is told by that transition', () => {
  expect(shown({ history: [silent(104), online(105)], online: true, firstSeenAt: at(1) })).toEqual([
    ['online', 100, 104],
    ['TIMEOUT', 104, 105],
    ['online', 105, 110],
  ]);
});

test('a device without transitions was all the time what it is now', () => {
  expect(shown({ history: [], online: false, firstSeenAt: at(1) })).toEqual([['offline', 100, 110]]);
});

test('nothing is said of the time before a device was first seen', () => {
  const stretches = { history: [online(102), silent(106)], online: false, firstSeenAt: at(102) };
  expect(shown(stretches)).toEqual([
    ['online', 102, 106],
    ['TIMEOUT', 106, 110],
  ]);
  expect(onlineShare(presenceIntervals(stretches, { from, to }))).toBe(0.5);
});

test('what comes after a history that was answered only in part is left open', () => {
  const history = Array.from({ length: 1000 }, (_, index) =>
    (index % 2 ? silent : online)(100 + index / 250),
  );
  const stretches = presenceIntervals({ history, online: true, firstSeenAt: at(1) }, { from, to });
  expect(stretches.at(-1)?.to).toBe(Date.parse(history.at(-1)?.at ?? ''));
});

test('a transition that only the clock of the gateway has reached is there already', () => {
  expect(shown({ history: [silent(110)], online: false, firstSeenAt: at(1) })).toEqual([
    ['online', 100, 110],
    ['TIMEOUT', 110, 110],
  ]);
});
