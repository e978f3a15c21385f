import type { Database } from '../database/database.js';
import { integerArray } from '../database/queries/integer-array.js';
import { STABLE } from '../releases/channels.js';
import type { Events } from '../streams/events.js';
import { HAS_SETTINGS } from './device.entity.js';
import type { Heartbeats } from './heartbeats/heartbeats.js';
import { idsOf, METADATA } from './known-devices.js';

interface SettingsRow {
  readonly id: number;
  readonly channel: string;
  readonly interval: number | null;
}

/**
 * The channels and intervals of the devices that have other ones than the default, in memory: each heartbeat needs
 * them. Changes that another node has made are read from the database.
 */
export class DeviceSettings {
  readonly #channels = new Map<number, string>();
  /** Devices whose interval is their own. */
  readonly #ownIntervals = new Set<number>();
  /** Devices whose settings may have changed since they were read. */
  #changed = new Set<number>();
  #mayBeAny = true;
  /** Reads follow each other, so that the latest one counts. */
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'setInterval'>,
    events: Events,
  ) {
    events.subscribe(METADATA, (ids) => {
      if (ids === null) this.#mayBeAny = true;
      else for (const id of idsOf(ids)) this.#changed.add(id);
      // `readChanges` tries again.
      void this.readChanges().catch(() => {});
    });
  }

  channelOf(deviceId: number): string {
    return this.#channels.get(deviceId) ?? STABLE;
  }

  /** Whether all devices that are known to have a channel have the default one. */
  get areAllStable(): boolean {
    return this.#channels.size === 0;
  }

  /** Reads what has changed since the last call; all settings at first. After a failure the next call reads the rest. */
  readChanges(): Promise<void> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #read(): Promise<void> {
    const [changed, isAll] = [this.#changed, this.#mayBeAny];
    if (changed.size === 0 && !isAll) return;
    this.#changed = new Set();
    this.#mayBeAny = false;
    try {
      const rows = await this.#find(isAll ? null : [...changed]);
      const former = isAll ? [...this.#channels.keys(), ...this.#ownIntervals] : changed;
      const found = new Set(rows.map(({ id }) => id));
      for (const id of former) if (!found.has(id)) this.#apply({ id, channel: STABLE, interval: null });
      for (const row of rows) this.#apply(row);
    } catch (error) {
      for (const id of changed) this.#changed.add(id);
      this.#mayBeAny ||= isAll;
      throw error;
    }
  }

  /** Of devices with other settings than the default. @param ids null for all. */
  #find(ids: readonly number[] | null): Promise<SettingsRow[]> {
    const among = ids === null ? '' : ' and id = any(?::int[])';
    return this.db.em
      .fork()
      .execute(
        `select id, channel, own_interval_seconds as interval from devices where ${HAS_SETTINGS}${among}`,
        ids === null ? [] : [integerArray(ids)],
      );
  }

  #apply({ id, channel, interval }: SettingsRow): void {
    if (channel === STABLE) this.#channels.delete(id);
    else this.#channels.set(id, channel);
    if (interval === null && !this.#ownIntervals.delete(id)) return;
    if (interval !== null) this.#ownIntervals.add(id);
    this.heartbeats.setInterval(id, interval);
  }
}
