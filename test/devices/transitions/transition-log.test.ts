import { expect, test } from '@jest/globals';
import { type NewEntry, TransitionLog } from '../../../src/devices/transitions/transition-log.js';
import { decodeCursor } from '../../../src/streams/position.js';

const SCOPE = 'all';

const online = (deviceId: number): NewEntry => ({ deviceId, online: true, at: 0, reason: null });

/** The log of a node that has not published its entries, one in each of two shards. */
function unpublishedLog(): TransitionLog {
  const log = new TransitionLog();
  log.restart({ epoch: 'epoch', offsets: [0, 0] });
  log.append(online(1), 0);
  log.append(online(2), 1);
  return log;
}

test('a subscriber waits until what it has received after a missed entry is published', () => {
  const log = unpublishedLog();
  const position = decodeCursor(log.cursor([0, 1], SCOPE));
  expect([log.isBehind(position, SCOPE), log.recover(position, SCOPE)]).toEqual([true, null]);
  log.publish(log.offset);
  expect(log.isBehind(position, SCOPE)).toBe(false);
  expect(log.recover(position, SCOPE)).toEqual({ offset: log.offset - 2, received: [0, 1] });
});

test('a subscriber that has received all entries of the log does not wait for their publication', () => {
  const log = unpublishedLog();
  const position = decodeCursor(log.cursor([1, 1], SCOPE));
  expect(log.isBehind(position, SCOPE)).toBe(false);
  expect(log.recover(position, SCOPE)).toEqual({ offset: log.offset, received: [1, 1] });
});
