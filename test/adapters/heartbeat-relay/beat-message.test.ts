import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBeats, encodeBeats } from '../../../src/adapters/heartbeat-relay/beat-message.js';

const NOW = 1_795_000_000_000;
const node = randomUUID();
const beat = { id: 1, ownerId: 2, at: NOW };
const MAX_ID = 2 ** 31 - 1;

test('a message has ten bytes for each heartbeat, and decodes to the same heartbeats', () => {
  const id = fc.integer({ min: 1, max: MAX_ID });
  const age = fc.nat(0xffff);
  fc.assert(
    fc.property(fc.array(fc.record({ id, ownerId: id, age })), (given) => {
      const beats = given.map(({ age: ms, ...rest }) => ({ ...rest, at: NOW - ms }));
      const bytes = encodeBeats({ node, sentAt: NOW, beats });
      expect(bytes).toHaveLength(45 + 10 * beats.length);
      expect(decodeBeats(bytes)).toEqual({ node, sentAt: NOW, beats });
    }),
  );
});

test('heartbeats of more than a minute ago are left out', () => {
  const old = { ...beat, at: NOW - 70_000 };
  expect(decodeBeats(encodeBeats({ node, sentAt: NOW, beats: [old, beat] }))?.beats).toEqual([beat]);
});

test('no heartbeat is later than its message, though the clock was set back', () => {
  const message = encodeBeats({ node, sentAt: NOW, beats: [{ ...beat, at: NOW + 3_600_000 }] });
  expect(decodeBeats(message)?.beats).toEqual([beat]);
});

test('other bytes are not a message', () => {
  const message = encodeBeats({ node, sentAt: NOW, beats: [beat] });
  const newer = Buffer.from(message);
  newer.writeUInt8(2, 0);
  for (const bytes of [newer, message.subarray(1), message.subarray(0, 44), Buffer.alloc(0)]) {
    expect(decodeBeats(bytes)).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeBeats(Buffer.from(bytes))).not.toThrow();
    }),
  );
});
