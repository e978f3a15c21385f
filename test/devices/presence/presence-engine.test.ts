import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DeviceTable } from '../../../src/devices/presence/device-table.js';
import { PresenceEngine } from '../../../src/devices/presence/presence-engine.js';
import { engine, intervalMs, NEVER, START } from '../../support/presence-engine.js';

describe('a device', () => {
  test('is online from its first heartbeat, and offline after 2.5 intervals without one', () => {
    const { beat, pass, presence, devices, expired } = engine();
    expect(beat(7)).toBe(true);
    expect(beat(7)).toBe(false);
    pass(2.5 * intervalMs);
    expect([devices.online, expired]).toEqual([1, []]);
    pass(0.1 * intervalMs + 2 * presence.tickMs);
    expect([devices.online, expired.length, expired[0]?.reason]).toEqual([0, 1, 'TIMEOUT']);
    expect(beat(7)).toBe(true);
  });

  test('stays online while every second heartbeat is lost', () => {
    const { beat, pass, devices, expired, now } = engine();
    beat(7);
    let last = now();
    pass(100 * intervalMs, () => {
      if (now() - last < 2 * intervalMs) return;
      beat(7);
      last = now();
    });
    expect([devices.online, expired]).toEqual([1, []]);
  });

  test('with an interval of its own goes offline after 2.5 of them', () => {
    for (const seconds of [5, 120]) {
      const { beat, pass, presence, devices, expired } = engine();
      devices.setInterval(devices.intern(7), seconds);
      beat(7);
      pass(2.5 * seconds * 1000);
      expect(expired).toEqual([]);
      pass(0.1 * seconds * 1000 + 2 * presence.tickMs);
      expect(expired).toMatchObject([{ reason: 'TIMEOUT' }]);
    }
  });

  test('that is given a longer interval is online for as long from its latest heartbeat on', () => {
    const { beat, pass, presence, devices, expired, now } = engine();
    beat(7);
    pass(2 * intervalMs);
    devices.setInterval(devices.intern(7), 120);
    presence.adapt(devices.intern(7), now());
    pass(8 * intervalMs);
    expect(expired).toEqual([]);
    pass(0.4 * intervalMs + 2 * presence.tickMs);
    expect(expired).toMatchObject([{ reason: 'TIMEOUT' }]);
  });

  test('that is given a shorter interval has time to follow', () => {
    const { beat, pass, presence, devices, expired, now } = engine();
    beat(7);
    pass(intervalMs);
    devices.setInterval(devices.intern(7), 5);
    presence.adapt(devices.intern(7), now());
    pass(12_500);
    expect(expired).toEqual([]);
  });

  test('is offline with the reason AUTH_EXPIRED when its token expires, though it beats', () => {
    const { beat, pass, expired, now, presence } = engine();
    const ends = now() + intervalMs;
    pass(intervalMs + 2 * presence.tickMs, () => {
      if (now() < ends) beat(7, ends);
    });
    expect(expired).toMatchObject([{ reason: 'AUTH_EXPIRED' }]);
  });

  test('stays online by the heartbeat of another session when its token expires', () => {
    const { beat, pass, expired, now, presence } = engine();
    beat(7);
    pass(0.5 * intervalMs);
    beat(7, now() + 0.5 * intervalMs, true);
    pass(1.5 * intervalMs);
    expect(expired).toEqual([]);
    pass(0.6 * intervalMs + 2 * presence.tickMs);
    expect(expired).toMatchObject([{ reason: 'TIMEOUT' }]);
  });

  test('does not stay online by a session from before it left', () => {
    const { beat, pass, expired, now, presence } = engine();
    beat(7);
    presence.leave(0);
    beat(7, now() + intervalMs, true);
    pass(2.6 * intervalMs + 2 * presence.tickMs);
    expect(expired).toMatchObject([{ reason: 'AUTH_EXPIRED' }]);
  });

  test('goes offline once when it leaves, and may return at once', () => {
    const { beat, pass, presence, devices, expired } = engine();
    beat(7);
    expect([presence.leave(0), presence.leave(0), devices.online]).toEqual([true, false, 0]);
    expect(beat(7)).toBe(true);
    pass(2.5 * intervalMs);
    expect(expired).toEqual([]);
    pass(intervalMs);
    expect(expired).toHaveLength(1);
  });
});

test('no device stays online longer because the clock is set back', () => {
  const e = engine();
  e.beat(1);
  e.jump(-100 * intervalMs);
  e.pass(2.6 * intervalMs + 2 * e.presence.tickMs);
  expect(e.expired).toHaveLength(1);
});

test('no device stays online longer by another session because the clock is set back', () => {
  const e = engine();
  e.beat(1);
  e.beat(1, START - 99 * intervalMs, true);
  e.jump(-100 * intervalMs);
  e.pass(2.6 * intervalMs + 2 * e.presence.tickMs);
  expect(e.expired).toHaveLength(1);
});

test('a device that beats right after the clock is set back keeps its whole lease', () => {
  const e = engine();
  e.beat(1);
  e.jump(-100 * intervalMs, () => e.beat(1));
  e.pass(2 * intervalMs);
  expect(e.expired).toEqual([]);
});

test('a restart moves every deadline by the downtime and an interval', () => {
  const aliveAt = START - 20 * intervalMs;
  const e = engine();
  e.presence.restore(e.devices.intern(1), { seenAt: aliveAt - intervalMs, aliveAt, authEnds: NEVER }, START);
  expect([e.devices.online, e.devices.lastSeen(0)]).toEqual([1, aliveAt - intervalMs]);
  // It was 1.5 intervals before its deadline.
  e.pass(2.5 * intervalMs);
  expect(e.expired).toEqual([]);
  e.pass(0.1 * intervalMs + 2 * e.presence.tickMs);
  expect(e.expired).toHaveLength(1);
});

test('a restart and a hold prolong the lease of a device with a longer interval by that interval', () => {
  const own = 10 * intervalMs;
  const restarted = engine();
  const device = restarted.devices.intern(1);
  restarted.devices.setInterval(device, own / 1000);
  restarted.presence.restore(device, { seenAt: START - own, aliveAt: START, authEnds: NEVER }, START);
  restarted.pass(2.5 * own);
  expect(restarted.expired).toEqual([]);
  restarted.pass(0.1 * own + 2 * restarted.presence.tickMs);
  expect(restarted.expired).toHaveLength(1);

  const held = engine();
  for (let id = 0; id < 1000; id++) {
    held.devices.setInterval(held.devices.intern(id), own / 1000);
    held.beat(id);
  }
  held.pass(4.5 * own);
  expect(held.expired).toEqual([]);
  held.pass(0.1 * own + 4 * intervalMs);
  expect(held.expired).toHaveLength(1000);
});

test('a token that expired during the downtime can be refreshed, unless its session has ended', () => {
  const aliveAt = START - 20 * intervalMs;
  const e = engine();
  e.presence.restore(e.devices.intern(1), { seenAt: aliveAt, aliveAt, authEnds: START - intervalMs }, START);
  e.presence.restore(e.devices.intern(2), { seenAt: aliveAt, aliveAt, authEnds: 0 }, START);
  e.pass(0.9 * intervalMs);
  expect(e.expired).toMatchObject([{ device: 1, reason: 'AUTH_EXPIRED' }]);
  e.beat(1);
  e.pass(intervalMs);
  expect(e.expired).toHaveLength(1);
});

test('agrees with a naive model that checks every device in every tick', () => {
  const device = fc.integer({ min: 1, max: 120 });
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('beat' as const), from: device, count: fc.nat(120) }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(40_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), id: device }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.nat(200_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('set back' as const), ms: fc.nat(200_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), ms: fc.nat(200_000) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let devices = new DeviceTable();
      let presence = new PresenceEngine(devices, { intervalMs }, START);
      const { tickMs } = presence;
      /** When each online device may, and must, be offline: in running time, without jitter and holds. */
      const due = new Map<number, { earliest: number; latest: number }>();
      let now = START;
      /** Running time: the clock without stalls and corrections. */
      let ran = 0;
      const tick = () => {
        for (const { device: index, reason } of presence.tick(now)) {
          const id = devices.idOf(index);
          expect(reason).toBe('TIMEOUT');
          expect(due.get(id)?.earliest).toBeLessThanOrEqual(ran);
          due.delete(id);
        }
        // Jitter, the longest hold, and a tick on either side.
        const slack = (0.1 + 2) * intervalMs + 3 * tickMs;
        for (const { latest } of due.values())
          if (ran > latest + slack) throw new Error(`late by ${ran - latest}`);
        expect(devices.online).toBe(due.size);
      };
      for (const s of steps) {
        if (s.kind === 'beat') {
          for (let id = s.from; id < s.from + s.count; id++) {
            expect(presence.beat(devices.intern(id), now, NEVER, false)).toBe(!due.has(id));
            due.set(id, { earliest: ran + 2.5 * intervalMs, latest: ran + 2.5 * intervalMs });
          }
        } else if (s.kind === 'leave') {
          expect(presence.leave(devices.intern(s.id))).toBe(due.delete(s.id));
        } else if (s.kind === 'pass') {
          for (let left = s.ms; left > 0; left -= tickMs) {
            now += Math.min(left, tickMs);
            ran += Math.min(left, tickMs);
            tick();
          }
        } else if (s.kind === 'stall') {
          now += s.ms;
          for (const [id, { earliest, latest }] of due) due.set(id, { earliest: earliest - s.ms, latest });
          tick();
        } else if (s.kind === 'set back') {
          now -= s.ms;
          // The engine notices the correction to the nearest tick.
          for (const [id, { earliest, latest }] of due)
            due.set(id, { earliest: earliest - tickMs, latest: latest + tickMs });
          tick();
        } else if (s.kind === 'restart') {
          const aliveAt = now;
          now += s.ms;
          const nextDevices = new DeviceTable();
          const next = new PresenceEngine(nextDevices, { intervalMs }, now);
          for (const id of due.keys()) {
            const index = devices.intern(id);
            next.restore(
              nextDevices.intern(id),
              { seenAt: devices.lastSeen(index), aliveAt, authEnds: NEVER },
              now,
            );
            due.set(id, { earliest: ran + 1.5 * intervalMs, latest: ran + 3.5 * intervalMs });
          }
          devices = nextDevices;
          presence = next;
        }
      }
    }),
    { numRuns: 100 },
  );
});
