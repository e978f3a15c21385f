import { MemoryEvents } from '../../../src/adapters/events/memory.js';
import { type CreatePresence, PresenceRecorder } from '../../../src/devices/heartbeats/presence-recorder.js';
import { OfflineReason } from '../../../src/devices/presence-event.entity.js';
import type { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import type { Caller } from '../../../src/sessions/sessions.js';

/** A node that takes heartbeats, without the rest of a gateway. */
export class TestNode {
  readonly recorder: PresenceRecorder;

  constructor(store: PresenceStore, clock: () => number, createPresence: CreatePresence) {
    this.recorder = new PresenceRecorder(store, new MemoryEvents(), clock, createPresence);
  }

  get presence() {
    return this.recorder.presence;
  }

  get log() {
    return this.recorder.transitions.log;
  }

  knows(deviceId: number, sessionId: string): boolean {
    return this.recorder.latestSessions.has(this.recorder.devices.intern(deviceId), sessionId);
  }

  beat(deviceId: number, sessionId: string, expiresAt: number): void {
    const device = this.recorder.devices.intern(deviceId);
    this.recorder.devices.setOwner(device, 1);
    // Only these are read.
    const caller = { sessionId, expiresAt, user: { id: 1 } } as Caller;
    this.recorder.recordBeat(device, caller);
  }

  /** Another node has written the row of the device. */
  forget(deviceId: number): void {
    this.recorder.latestSessions.forget(this.recorder.devices.intern(deviceId));
  }

  async logout(sessionId: string): Promise<void> {
    for (const { device } of await this.recorder.latestSessions.devicesOf([sessionId])) {
      this.presence.leave(device, sessionId, OfflineReason.LOGOUT);
    }
  }

  rename(deviceId: number, name: string): void {
    const before = { api: 'bms', name, clientVersion: null } as const;
    this.recorder.recordChange({ id: deviceId, before });
  }

  /** As the jobs of a gateway do. Failures are tried again. */
  async tick(): Promise<void> {
    await this.presence.tick().catch(() => {});
    await this.recorder.transitions.publish();
    await this.recorder.latestSessions.save();
  }

  online(): number[] {
    return [...this.recorder.devices.onlineIds()].sort((one, other) => one - other);
  }
}
