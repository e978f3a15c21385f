import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';

const MINUTE_MS = 60_000;

/** Minutes that are kept in memory while the database does not answer; older ones are dropped. */
const MAX_UNSAVED = 60;

interface Minute {
  heartbeats: number;
  onlineMin: number;
  onlineMax: number;
  onlineSum: number;
  samples: number;
}

/**
 * Counts the heartbeats of this process and samples how many devices are online, by minute. Saving a minute again
 * replaces its row, so that nothing counts twice after a failure whose outcome is unknown.
 */
export class FleetSampler {
  readonly #processId = randomUUID();
  /** By their start, in milliseconds since the Unix epoch: what may not be saved yet. */
  readonly #minutes = new Map<number, Minute>();
  #sampledAt: number;
  #heartbeats = 0;

  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'counts'>,
    private readonly clock: Clock,
  ) {
    this.#sampledAt = clock();
  }

  /** Adds a sample, and saves it. After a failure the next call saves the rest. */
  async sample(): Promise<void> {
    const now = this.clock();
    const { heartbeats, online } = this.heartbeats.counts;
    this.#add(now, heartbeats - this.#heartbeats, online);
    this.#heartbeats = heartbeats;
    this.#sampledAt = now;
    for (const [oldest] of this.#minutes) {
      if (this.#minutes.size <= MAX_UNSAVED) break;
      this.#minutes.delete(oldest);
    }
    await this.#save(startOf(now));
  }

  #add(now: number, heartbeats: number, online: number): void {
    const at = startOf(now);
    const earlier = this.#minutes.get(startOf(this.#sampledAt));
    // The heartbeats since the last sample are spread over the time since then.
    const share = Math.max(0, at - this.#sampledAt) / Math.max(1, now - this.#sampledAt);
    const before = earlier ? Math.round(heartbeats * share) : 0;
    if (earlier) earlier.heartbeats += before;
    const minute = this.#minutes.get(at) ?? {
      heartbeats: 0,
      onlineMin: online,
      onlineMax: online,
      onlineSum: 0,
      samples: 0,
    };
    minute.heartbeats += heartbeats - before;
    minute.onlineMin = Math.min(minute.onlineMin, online);
    minute.onlineMax = Math.max(minute.onlineMax, online);
    minute.onlineSum += online;
    minute.samples += 1;
    this.#minutes.set(at, minute);
  }

  async #save(current: number): Promise<void> {
    const rows = [...this.#minutes].map(([at, minute]) => ({ at: new Date(at).toISOString(), ...minute }));
    await this.db.em.execute(
      `insert into fleet_minutes
         (at, process_id, heartbeats, online_min, online_max, online_sum, samples, devices)
       select t.at, ?, t.heartbeats, t."onlineMin", t."onlineMax", t."onlineSum", t.samples, counted.devices
       from json_to_recordset(?) as t(at timestamptz, heartbeats bigint, "onlineMin" int, "onlineMax" int,
         "onlineSum" bigint, samples int), (select coalesce(sum(devices), 0) as devices from device_counts) counted
       on conflict (at, process_id) do update set heartbeats = excluded.heartbeats,
         online_min = excluded.online_min, online_max = excluded.online_max, online_sum = excluded.online_sum,
         samples = excluded.samples, devices = excluded.devices`,
      [this.#processId, JSON.stringify(rows)],
    );
    for (const { at } of rows) {
      const start = Date.parse(at);
      if (start !== current) this.#minutes.delete(start);
    }
  }
}

const startOf = (time: number): number => time - (time % MINUTE_MS);
