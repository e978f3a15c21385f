import { expect, test } from '@jest/globals';
import {
  type HistoryPage,
  withEarlier,
  withLatest,
} from '../../../../src/dashboard/app/views/device/history.js';

/** A page of the events with these numbers. Event 1 is the first of all. */
const page = (first: number, last: number): HistoryPage => ({
  edges: Array.from({ length: last - first + 1 }, (_, index) => {
    const number = first + index;
    const online = number % 2 === 1;
    return {
      node: { id: `presenceEvent_${number}`, online, reason: online ? null : 'TIMEOUT', at: `at ${number}` },
    };
  }),
  pageInfo: {
    hasNextPage: false,
    hasPreviousPage: first > 1,
    startCursor: `cursor ${first}`,
    endCursor: `cursor ${last}`,
  },
});
const numbers = ({ events }: { events: readonly { id: string }[] }) =>
  events.map(({ id }) => Number(id.split('_')[1]));

test('starts with the latest page, and says where earlier events begin', () => {
  const history = withLatest(null, page(3, 5));
  expect(numbers(history)).toEqual([3, 4, 5]);
  expect(history.before).toBe('cursor 3');
  expect(withLatest(null, page(1, 5)).before).toBeNull();
});

test('adds earlier pages until there are none', () => {
  const history = withEarlier(withLatest(null, page(5, 6)), page(3, 4));
  expect(numbers(history)).toEqual([3, 4, 5, 6]);
  const complete = withEarlier(history, page(1, 2));
  expect(numbers(complete)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(complete.before).toBeNull();
});

test('keeps earlier pages when the latest page is loaded again', () => {
  const history = withEarlier(withLatest(null, page(4, 6)), page(2, 3));
  const moved = withLatest(history, page(6, 8));
  expect(numbers(moved)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(moved.before).toBe('cursor 2');
});

test('starts over when the latest page leaves a gap', () => {
  const history = withLatest(withLatest(null, page(1, 3)), page(6, 8));
  expect(numbers(history)).toEqual([6, 7, 8]);
  expect(history.before).toBe('cursor 6');
});

test('stays empty for a device without events', () => {
  const empty: HistoryPage = {
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  };
  const history = withLatest(withLatest(null, empty), empty);
  expect(history).toEqual({ events: [], before: null });
});
