import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LeaseQueue } from '../../../src/adapters/presence/redis/lease-queue.js';
import { DeviceTable } from '../../../src/devices/presence/device-table.js';
import { patienceOf } from '../../../src/devices/presence/patience.js';

const INTERVAL_MS = 30_000;
const TICK_MS = 200;
const START = 1_800_000_000_000;
const NEVER = Number.MAX_SAFE_INTEGER;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('beat' as const), device: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(60_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('empty' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), device: fc.nat(4) }) },
);

test('Redis has the latest lease, or one that is less than half used, and is asked no more often', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const devices = new DeviceTable();
      // The queue grows at some of the devices below.
      for (let id = 1; id <= 1022; id++) devices.intern(-id);
      const queue = new LeaseQueue(devices, INTERVAL_MS, TICK_MS, START);
      // One device has a longer interval than the others, and one a shorter one.
      const ownIntervals = [INTERVAL_MS, 4 * INTERVAL_MS, 10_000];
      for (const [id, ms] of ownIntervals.entries()) devices.setInterval(devices.intern(id), ms / 1000);
      const deadlines = new Map<number, number>();
      const redis = new Map<number, { end: number; halfTime: number }>();
      let now = START;
      const tick = () => {
        const due = queue.take(now);
        for (const { device, remainingMs, endsWithSession } of due) {
          const before = redis.get(device);
          expect(before?.halfTime ?? 0).toBeLessThanOrEqual(now);
          expect([now + remainingMs, endsWithSession]).toEqual([deadlines.get(device), false]);
          redis.set(device, { end: now + remainingMs, halfTime: now + remainingMs / 2 });
        }
      };
      for (const s of steps) {
        if (s.kind === 'beat') {
          const device = devices.intern(s.device);
          queue.beat(device, now, { sessionId: 'abc', expiresAt: NEVER }, false);
          deadlines.set(device, now + patienceOf(s.device) * (ownIntervals[s.device] ?? INTERVAL_MS));
        } else if (s.kind === 'drop') {
          const device = devices.intern(s.device);
          queue.drop(device);
          deadlines.delete(device);
          redis.delete(device);
        } else if (s.kind === 'fail') {
          const due = queue.take(now);
          queue.giveBack(due);
          for (const { device } of due) redis.delete(device);
        } else if (s.kind === 'empty') {
          queue.giveBackAll();
          redis.clear();
        } else {
          for (const end = now + s.ms; now < end; ) {
            now = Math.min(now + TICK_MS, end);
            tick();
            for (const [device, deadline] of deadlines) {
              if (deadline <= now) continue;
              const held = redis.get(device);
              const isLatest = held?.end === deadline;
              expect(isLatest || (held !== undefined && now < held.halfTime + 2 * TICK_MS)).toBe(true);
            }
          }
        }
      }
    }),
  );
});
