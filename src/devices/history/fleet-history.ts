import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rows are kept a little longer than they are read. */
export const MINUTES_KEPT_MS = 26 * HOUR_MS;
export const HOURS_KEPT_MS = 31 * DAY_MS;

/** How far back a history goes. */
export enum HistoryRange {
  HOUR = 'HOUR',
  DAY = 'DAY',
  MONTH = 'MONTH',
}

interface Extent {
  readonly lengthMs: number;
  /** The time that one point sums up. */
  readonly stepMs: number;
}

const EXTENTS: Record<HistoryRange, Extent> = {
  HOUR: { lengthMs: HOUR_MS, stepMs: MINUTE_MS },
  DAY: { lengthMs: DAY_MS, stepMs: 5 * MINUTE_MS },
  MONTH: { lengthMs: 30 * DAY_MS, stepMs: HOUR_MS },
};

/** What the fleet did in one step. */
export interface FleetHistoryPoint {
  /** The start of the step. */
  readonly at: Date;
  readonly heartbeats: number;
  readonly onlineMin: number;
  readonly onlineAvg: number;
  readonly onlineMax: number;
  readonly devices: number;
}

export interface FleetHistoryPeriod {
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
  /** The oldest first. A step in which no gateway ran has none. */
  readonly points: readonly FleetHistoryPoint[];
}

/** Some rows of `fleet_minutes`, summed up. */
const SUMS = `sum(heartbeats)::float8 as heartbeats, min(online_min) as "onlineMin",
  sum(online_sum)::float8 / sum(samples) as "onlineAvg", max(online_max) as "onlineMax", max(devices) as devices`;

/** The heartbeats of the fleet and how many devices were online. */
export class FleetHistory {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** As of the latest sample. The last step has begun, and is not over. */
  async read(range: HistoryRange): Promise<FleetHistoryPeriod> {
    const { lengthMs, stepMs } = EXTENTS[range];
    const now = this.clock();
    const from = new Date(startOf(now, stepMs) + stepMs - lengthMs);
    const points = stepMs < HOUR_MS ? await this.#readMinutes(from, stepMs) : await this.#readHours(from);
    return {
      from,
      to: new Date(now),
      stepSeconds: stepMs / 1000,
      points: points.map((point) => ({ ...point, at: new Date(point.at) })),
    };
  }

  /** Sums up the minutes of each hour of the last day. Minutes that were saved late are included then. */
  async rollUp(): Promise<void> {
    const from = startOf(this.clock() - DAY_MS, HOUR_MS);
    await this.db.em.execute(
      `insert into fleet_hours (at, heartbeats, online_min, online_avg, online_max, devices)
       select date_bin('1 hour', at, 'epoch'), ${SUMS} from fleet_minutes where at >= ? group by 1
       on conflict (at) do update set heartbeats = excluded.heartbeats, online_min = excluded.online_min,
         online_avg = excluded.online_avg, online_max = excluded.online_max, devices = excluded.devices
       where fleet_hours is distinct from excluded`,
      [new Date(from).toISOString()],
    );
  }

  #readMinutes(from: Date, stepMs: number): Promise<FleetHistoryPoint[]> {
    return this.db.em.execute(
      `select date_bin(?::interval, at, 'epoch') as at, ${SUMS}
       from fleet_minutes where at >= ? group by 1 order by 1`,
      [`${stepMs} milliseconds`, from.toISOString()],
    );
  }

  #readHours(from: Date): Promise<FleetHistoryPoint[]> {
    return this.db.em.execute(
      `select at, heartbeats::float8 as heartbeats, online_min as "onlineMin", online_avg as "onlineAvg",
         online_max as "onlineMax", devices
       from fleet_hours where at >= ? order by at`,
      [from.toISOString()],
    );
  }
}

const startOf = (time: number, stepMs: number): number => time - (time % stepMs);
