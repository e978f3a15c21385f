import type { Clock } from '../../clock.js';
import { PresenceEngine } from '../../devices/presence/presence-engine.js';
import type { Presence, PresenceOptions, SavedPresence } from '../../devices/presence.js';
import { OfflineReason } from '../../devices/presence-event.entity.js';

/** The presence of the devices of the only node. */
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

  restore(device: number, { seenAt, aliveAt, authEnds }: SavedPresence): void {
    this.#engine.restore(device, seenAt, aliveAt, this.clock(), authEnds);
  }

  beat(device: number, authEnds: number, isOther: boolean, isSaved: boolean): void {
    const at = this.clock();
    if (!this.#engine.beat(device, at, authEnds, isOther)) return;
    this.options.onChange({ device, online: true, reason: null, at, isSaved });
  }

  prolong(device: number, authEnds: number): void {
    this.#engine.prolong(device, authEnds);
  }

  leave(device: number, reason: OfflineReason | null): void {
    if (this.#engine.leave(device) && reason !== null) this.#reportOffline(device, reason, this.clock());
  }

  tick(): void {
    const at = this.clock();
    for (const { device, reason } of this.#engine.tick(at)) {
      this.#reportOffline(device, OfflineReason[reason], at);
    }
  }

  #reportOffline(device: number, reason: OfflineReason, at: number): void {
    this.options.onChange({ device, online: false, reason, at, isSaved: false });
  }
}
