import { describe, expect, test } from '@jest/globals';
import { engine, intervalMs } from '../../support/presence-engine.js';

describe('a mass expiry', () => {
  /** A fleet whose heartbeats are spread over an interval. */
  const fleet = (size: number) => {
    const e = engine();
    let next = 0;
    e.pass(intervalMs, () => {
      for (const end = Math.min(size, next + Math.ceil(size / 10)); next < end; next++) e.beat(next + 1);
    });
    return e;
  };

  test('is held and shown as degraded: devices that return in time were never offline', () => {
    const e = fleet(1000);
    e.pass(3 * intervalMs);
    expect([e.presence.degraded, e.devices.online, e.expired.length]).toEqual([true, 1000, 0]);
    for (let id = 1; id <= 1000; id++) e.beat(id);
    e.pass(intervalMs);
    expect([e.presence.degraded, e.devices.online, e.expired.length]).toEqual([false, 1000, 0]);
  });

  test('is held until the last device returns, however few are missing', () => {
    const e = fleet(1000);
    e.pass(3 * intervalMs);
    for (let id = 1; id <= 970; id++) e.beat(id);
    e.pass(0.5 * intervalMs);
    for (let id = 971; id <= 1000; id++) e.beat(id);
    e.pass(intervalMs);
    expect([e.presence.degraded, e.expired]).toEqual([false, []]);
  });

  test('is applied after two intervals, and every device expires once', () => {
    const e = fleet(1000);
    e.pass(3.6 * intervalMs + 2.2 * intervalMs);
    expect([e.presence.degraded, e.devices.online]).toEqual([false, 0]);
    expect(new Set(e.expired.map(({ device }) => device)).size).toBe(1000);
    expect(e.expired).toHaveLength(1000);
  });

  test('has at least fifty devices: a small fleet goes offline in time', () => {
    const e = fleet(49);
    e.pass(2.6 * intervalMs + 2 * e.presence.tickMs);
    expect([e.presence.degraded, e.devices.online]).toEqual([false, 0]);
  });

  test.each([1, 3, 40])(
    'of %i owners, while others beat, holds only their devices: others that are silent expire in time',
    (owners) => {
      const e = engine();
      const beatOthers = () => {
        for (let id = 4; id <= 60; id++) e.beatOf(100 + id, id);
      };
      for (let at = 0; at < 1000; at++) e.beatOf(1 + (at % owners), 1000 + at);
      for (let id = 1; id <= 60; id++) e.beatOf(100 + id, id);
      e.pass(2.6 * intervalMs + 2 * e.presence.tickMs, beatOthers);
      const expired = e.expired.map(({ device }) => e.devices.idOf(device));
      expect(expired.filter((id) => id < 1000).sort()).toEqual([1, 2, 3]);
      expect(expired.length).toBeLessThan(60);
      expect(e.presence.degraded).toBe(true);
      e.pass(2.2 * intervalMs, beatOthers);
      expect([e.presence.degraded, e.devices.online]).toEqual([false, 57]);
    },
  );

  test('of one owner does not delay the expiry of the only other device', () => {
    const e = engine();
    for (let id = 1; id <= 1000; id++) e.beatOf(1, id);
    e.beatOf(2, 2000);
    e.pass(2.6 * intervalMs + 2 * e.presence.tickMs);
    expect(e.expired.map(({ device }) => e.devices.idOf(device))).toContain(2000);
  });

  test('of one owner holds the others, too, if most of them have missed a heartbeat', () => {
    const e = engine();
    for (let id = 1; id <= 1000; id++) e.beatOf(1, id);
    e.pass(0.5 * intervalMs);
    for (let id = 1001; id <= 1020; id++) e.beatOf(id, id);
    e.pass(3 * intervalMs);
    expect([e.presence.degraded, e.expired.filter(({ device }) => e.devices.idOf(device) > 1000)]).toEqual([
      true,
      [],
    ]);
  });

  test('of one owner is not taken for one of the fleet because of silent devices of another', () => {
    const e = engine();
    const beatOthers = () => {
      for (let id = 1; id <= 20; id++) e.beatOf(100 + id, id);
    };
    e.beatOf(200, 200);
    for (let id = 1001; id <= 2000; id++) e.beatOf(1, id);
    e.pass(0.5 * intervalMs, beatOthers);
    for (let id = 2001; id <= 3000; id++) e.beatOf(2, id);
    e.pass(2.1 * intervalMs + 2 * e.presence.tickMs, beatOthers);
    expect(e.expired.map(({ device }) => e.devices.idOf(device))).toContain(200);
  });

  test('of many owners holds all devices, however few an owner has', () => {
    const e = engine();
    let next = 0;
    e.pass(intervalMs, () => {
      // Thirty owners with many devices, and forty with one.
      for (const end = next + 100; next < end; next++)
        e.beatOf(next % 25 === 0 ? 1000 + next : next % 30, next + 1);
    });
    e.pass(3 * intervalMs);
    expect([e.presence.degraded, e.devices.online, e.expired]).toEqual([true, 1000, []]);
    e.pass(2 * intervalMs);
    expect([e.presence.degraded, e.devices.online]).toEqual([false, 0]);
  });

  test('that ends for one owner does not end for another', () => {
    const e = engine();
    for (let id = 1; id <= 200; id++) e.beatOf(1, id);
    e.pass(intervalMs);
    for (let id = 201; id <= 400; id++) e.beatOf(2, id);
    e.pass(2 * intervalMs);
    for (let id = 1; id <= 200; id++) e.beatOf(1, id);
    e.pass(intervalMs);
    expect([e.presence.degraded, e.devices.online]).toEqual([true, 400]);
    e.pass(2 * intervalMs, () => {
      for (let id = 1; id <= 200; id++) e.beatOf(1, id);
    });
    expect([e.presence.degraded, e.devices.online]).toEqual([false, 200]);
  });

  test('does not include expired tokens', () => {
    const e = engine();
    const ends = e.now() + intervalMs;
    for (let id = 1; id <= 1000; id++) e.beat(id, ends);
    e.pass(intervalMs + 2 * e.presence.tickMs);
    expect([e.presence.degraded, e.devices.online]).toEqual([false, 0]);
  });
});

describe('a process that stalled', () => {
  test('holds expiries until the delayed heartbeats have been read', () => {
    const e = engine();
    e.beat(1);
    e.jump(10 * intervalMs);
    expect([e.presence.degraded, e.expired]).toEqual([true, []]);
    e.beat(1);
    e.pass(intervalMs);
    expect([e.presence.degraded, e.expired]).toEqual([false, []]);
  });

  test('gives each device an interval to return, whether it was overdue or not', () => {
    const e = engine();
    e.beat(1);
    e.pass(2 * intervalMs);
    e.beat(2);
    e.jump(2 * intervalMs);
    e.pass(0.9 * intervalMs);
    for (const id of [1, 2]) e.beat(id);
    e.pass(intervalMs);
    expect([e.presence.degraded, e.expired]).toEqual([false, []]);
  });

  test('and stalls again does not count the second stall as time to return', () => {
    const e = engine();
    e.beat(1);
    e.jump(10 * intervalMs);
    e.pass(e.presence.tickMs);
    e.jump(10 * intervalMs);
    e.pass(0.9 * intervalMs);
    e.beat(1);
    e.pass(intervalMs);
    expect(e.expired).toEqual([]);
  });

  test('holds tokens that expired meanwhile, too, because they could not be refreshed', () => {
    const e = engine();
    e.beat(1, e.now() + intervalMs);
    e.jump(2 * intervalMs);
    e.pass(0.9 * intervalMs);
    e.beat(1);
    e.pass(intervalMs);
    expect(e.expired).toEqual([]);
  });

  test('expires devices that have not returned after two intervals', () => {
    const e = engine();
    e.beat(1);
    e.jump(10 * intervalMs);
    e.pass(2 * intervalMs + e.presence.tickMs);
    expect([e.presence.degraded, e.expired.length]).toEqual([false, 1]);
  });
});
