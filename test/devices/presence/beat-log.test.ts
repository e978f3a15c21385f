import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BeatLog } from '../../../src/devices/presence/beat-log.js';

test('returns each selected device once, in the order of the latest heartbeats, as a naive list does', () => {
  const beat = fc.record({ device: fc.nat(3000), owner: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(beat, { maxLength: 100 }), fc.nat(100), fc.nat(2), (beats, since, owner) => {
      const log = new BeatLog();
      log.followedOwners.follow(owner, () => {});
      for (const { device, owner } of beats) log.append(device, owner);
      const latest = new Map<number, number>();
      for (const [index, { device, owner }] of beats.entries()) {
        latest.delete(device);
        if (index >= since) latest.set(device, owner);
      }
      const expected = [...latest].filter(([, by]) => by === owner).map(([device]) => device);
      const own = { ownerId: null, isSelected: (_device: number, by: number) => by === owner };
      const followed = { ...own, ownerId: owner };
      expect(log.since(since, own, 100)).toEqual({ devices: expected, offset: beats.length });
      expect(log.since(since, followed, 100)).toEqual({ devices: expected, offset: beats.length });
      expect(log.offset).toBe(beats.length);
      const inParts: number[] = [];
      for (let offset = since; offset < beats.length; ) {
        const part = log.since(offset, followed, 3);
        expect(part.devices.length).toBeLessThanOrEqual(3);
        inParts.push(...part.devices);
        offset = part.offset;
      }
      expect(inParts).toEqual(expected);
    }),
  );
});
