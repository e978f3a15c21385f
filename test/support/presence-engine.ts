import { DeviceTable } from '../../src/devices/presence/device-table.js';
import { PresenceEngine } from '../../src/devices/presence/presence-engine.js';

export const intervalMs = 30_000;
export const START = 1_800_000_000_000;
export const NEVER = Number.POSITIVE_INFINITY;

/** A presence engine whose clock calls `tick` every `tickMs`. */
export function engine(start = START) {
  const devices = new DeviceTable();
  const presence = new PresenceEngine(devices, { intervalMs }, start);
  let now = start;
  const expired: { device: number; reason: string; at: number }[] = [];
  const tick = () => {
    for (const expiry of presence.tick(now)) expired.push({ ...expiry, at: now });
  };
  return {
    devices,
    presence,
    expired,
    now: () => now,
    beat: (id: number, authEnds = NEVER, isOther = false) =>
      presence.beat(devices.intern(id), now, authEnds, isOther),
    /** A heartbeat of a device of this owner. */
    beatOf(owner: number, id: number) {
      const device = devices.intern(id);
      devices.setOwner(device, owner);
      presence.beat(device, now, NEVER, false);
    },
    /** Advances the clock tick by tick. @param each runs before every tick. */
    pass(ms: number, each?: () => void) {
      for (const end = now + ms; now < end; ) {
        now = Math.min(now + presence.tickMs, end);
        each?.();
        tick();
      }
    },
    /** Advances the clock, or sets it back, in one step. @param before runs before the tick. */
    jump(ms: number, before?: () => void) {
      now += ms;
      before?.();
      tick();
    },
  };
}
