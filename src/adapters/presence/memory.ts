import type { Clock } from '../../clock.js';
import { PresenceEngine } from '../../devices/presence/presence-engine.js';
import type { BeatingSession, NewChange, Presence, PresenceOptions } from '../../devices/presence.js';
import { OfflineReason } from '../../devices/presence-event.entity.js';
import type { NewEntry } from '../../devices/transitions/transition-log.js';

/** The presence of the devices of the only node. Its log has one shard. */
export class MemoryPresence implements Presence {
  readonly #engine: PresenceEngine;

  constructor(
    private readonly clock: Clock,
    private readonly options: PresenceOptions,
  ) {
    this.#engine = new PresenceEngine(options.devices, options, clock());
  }

  get tickMs(): number {
    return this.#engine.tickMs;
  }

  get degraded(): boolean {
    return this.#engine.degraded;
  }

  async restore(): Promise<void> {
    const { devices, store } = this.options;
    await store.endEpoch();
    const { aliveAt, online } = await store.load();
    const now = this.clock();
    for (const { id, userId, seenAt, authEnds } of online) {
      const device = devices.intern(id);
      devices.setOwner(device, userId);
      this.#engine.restore(device, { seenAt, aliveAt, authEnds }, now);
    }
  }

  beat(device: number, { expiresAt }: BeatingSession, isOther: boolean, isSaved: boolean): void {
    const at = this.clock();
    if (!this.#engine.beat(device, at, expiresAt, isOther)) return;
    this.#append({ deviceId: this.options.devices.idOf(device), online: true, reason: null, at }, isSaved);
  }

  adapt(device: number): void {
    this.#engine.adapt(device, this.clock());
  }

  prolong(device: number, expiresAt: number): void {
    this.#engine.prolong(device, expiresAt);
  }

  leave(device: number, _sessionId: string | null, reason: OfflineReason | null): void {
    if (this.#engine.leave(device) && reason !== null) this.#appendOffline(device, reason, this.clock());
  }

  /** There is no other node. */
  forget(): void {}

  append(change: NewChange): void {
    this.#append(change, true);
  }

  async tick(): Promise<void> {
    const at = this.clock();
    for (const { device, reason } of this.#engine.tick(at)) {
      this.#appendOffline(device, OfflineReason[reason], at);
    }
  }

  async flush(): Promise<void> {}

  async save(): Promise<void> {}

  #appendOffline(device: number, reason: OfflineReason, at: number): void {
    this.#append({ deviceId: this.options.devices.idOf(device), online: false, reason, at }, false);
  }

  #append(entry: NewEntry, isSaved: boolean): void {
    this.options.onEntry({ entry, shard: 0, isSaved });
  }
}
