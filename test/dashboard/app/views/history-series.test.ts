import { expect, test } from '@jest/globals';
import {
  type FleetHistory,
  rowsOf,
  samplesOf,
} from '../../../../src/dashboard/app/views/fleet/history/history-series.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 2);

const iso = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

const point = (minute: number, heartbeats: number, online: number) => ({
  at: iso(minute),
  heartbeats,
  onlineMin: online - 1,
  onlineAvg: online,
  onlineMax: online + 2,
  devices: 10,
});

const historyOf = (to: number, points: FleetHistory['points']): FleetHistory => ({
  from: iso(0),
  to: iso(to),
  stepSeconds: 60,
  points,
});

/** Minutes, heartbeats per second and devices online. */
const brief = (samples: ReturnType<typeof samplesOf>) =>
  samples.map(({ at, heartbeats, online }) => [(at - START) / MINUTE, heartbeats, online]);

test('has a gap for each step without a point, and ends with what is known live', () => {
  const history = historyOf(3.5, [point(0, 120, 5), point(2, 60, 6), point(3, 6, 7)]);
  const live = { at: START + 3.75 * MINUTE, online: 8, heartbeats: 1.5 };
  expect(brief(samplesOf(history, live))).toEqual([
    [0, 2, 5],
    [1, null, null],
    [2, 1, 6],
    // This minute is not over.
    [3, null, 7],
    [3.75, 1.5, 8],
  ]);
});

test('ends with a gap while nothing is known live, however the clock of the browser is set', () => {
  const live = { at: START - MINUTE, online: null, heartbeats: null };
  expect(brief(samplesOf(historyOf(1, [point(0, 120, 5), point(1, 0, 5)]), live))).toEqual([
    [0, 2, 5],
    [1, null, 5],
    [1, null, null],
  ]);
});

test('the table sums up five minutes of an hour in a row, latest first', () => {
  const rows = rowsOf(historyOf(12, [point(0, 120, 4), point(4, 60, 6), point(11, 60, 7)]), 'HOUR');
  expect(rows).toEqual([
    { at: START + 10 * MINUTE, heartbeats: 1, online: 7, onlineMin: 6, onlineMax: 9 },
    { at: START, heartbeats: 1.5, online: 5, onlineMin: 3, onlineMax: 8 },
  ]);
});
