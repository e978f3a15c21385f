import { expect, test } from '@jest/globals';
import { PerSecondCounter } from '../../../../src/dashboard/app/views/fleet/live/per-second-counter.js';

const START = 1_800_000_000_000;
const at = (second: number) => START + second * 1000;
const counts = (counter: PerSecondCounter, second: number) => counter.series(at(second)).counts;

test('reports the time before it started as unknown, not as zero', () => {
  const heartbeats = new PerSecondCounter(5, START);
  heartbeats.add(2, at(1));
  expect(heartbeats.observedSince(at(3))).toBe(START);
  expect(counts(heartbeats, 3)).toEqual([null, null, 2, 0]);
  expect(heartbeats.observedSince(at(5))).toBe('all');
  expect(heartbeats.sum(at(5))).toBe(2);
});

test('reports unobserved seconds as a gap, and starts observing again after it', () => {
  const heartbeats = new PerSecondCounter(8, START);
  heartbeats.add(3, at(1));
  heartbeats.setObserving(false, at(3));
  expect(heartbeats.observedSince(at(4))).toBeNull();
  heartbeats.setObserving(true, at(5));
  heartbeats.add(4, at(6));
  expect(counts(heartbeats, 8)).toEqual([3, 0, null, null, null, 4, 0]);
  expect(heartbeats.observedSince(at(8))).toBe(at(5));
  expect(heartbeats.observedSince(at(13))).toBe('all');
});

test('reports every second as unknown after a gap longer than its memory', () => {
  const heartbeats = new PerSecondCounter(4, START);
  heartbeats.add(1, at(1));
  heartbeats.setObserving(false, at(2));
  expect(counts(heartbeats, 60)).toEqual([null, null, null]);
  expect(heartbeats.sum(at(60))).toBe(0);
});

test('counts events in the second in which it started', () => {
  const heartbeats = new PerSecondCounter(4, START + 900);
  heartbeats.add(1, START + 950);
  expect(counts(heartbeats, 1)).toEqual([null, null, 1]);
});
