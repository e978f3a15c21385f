import { expect, test } from '@jest/globals';
import { PerSecondCounter } from '../../src/dashboard/app/views/fleet/per-second-counter.js';

const START = 1_800_000_000_000;
const at = (second: number) => START + second * 1000;
const counts = (perSecond: PerSecondCounter, second: number) => perSecond.series(at(second)).counts;

test('what was before it watched is unknown, and not a time of nothing', () => {
  const beats = new PerSecondCounter(5, START);
  beats.add(2, at(1));
  expect(beats.observedSince(at(3))).toBe(START);
  expect(counts(beats, 3)).toEqual([null, null, 2, 0]);
  expect(beats.observedSince(at(5))).toBe('all');
  expect(beats.sum(at(5))).toBe(2);
});

test('seconds without a look are a gap, and the watch begins anew after them', () => {
  const beats = new PerSecondCounter(8, START);
  beats.add(3, at(1));
  beats.setObserving(false, at(3));
  expect(beats.observedSince(at(4))).toBeNull();
  beats.setObserving(true, at(5));
  beats.add(4, at(6));
  expect(counts(beats, 8)).toEqual([3, 0, null, null, null, 4, 0]);
  expect(beats.observedSince(at(8))).toBe(at(5));
  expect(beats.observedSince(at(13))).toBe('all');
});

test('a gap that is longer than what is kept leaves nothing known', () => {
  const beats = new PerSecondCounter(4, START);
  beats.add(1, at(1));
  beats.setObserving(false, at(2));
  expect(counts(beats, 60)).toEqual([null, null, null]);
  expect(beats.sum(at(60))).toBe(0);
});

test('what happens in the second in which it began to watch is counted', () => {
  const beats = new PerSecondCounter(4, START + 900);
  beats.add(1, START + 950);
  expect(counts(beats, 1)).toEqual([null, null, 1]);
});
