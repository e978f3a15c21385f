import type { FleetHistoryQuery, HistoryRange } from '../../../generated/graphql.js';

export type FleetHistory = FleetHistoryQuery['fleetHistory'];

type Point = FleetHistory['points'][number];

/** What the page knows live, at the end of the history. */
export interface LiveValues {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null while it is unknown, as with a filter. */
  readonly online: number | null;
  /** Per second, on average over the last minute; null unless all of it was observed. */
  readonly heartbeats: number | null;
}

/** A moment of the history. Values are null where no gateway ran. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Per second. */
  readonly heartbeats: number | null;
  readonly online: number | null;
  readonly onlineMin: number | null;
  readonly onlineMax: number | null;
}

const NOTHING = { heartbeats: null, online: null, onlineMin: null, onlineMax: null };

/** When a row of the table starts: at five minutes, an hour, or a day in the browser's time zone. */
const rowStart: Record<HistoryRange, (at: number) => number> = {
  HOUR: (at) => at - (at % 300_000),
  DAY: (at) => at - (at % 3_600_000),
  MONTH: (at) => new Date(at).setHours(0, 0, 0, 0),
};

/** Each step of the history, then what is known live. */
export function samplesOf({ from, to, stepSeconds, points }: FleetHistory, live: LiveValues): Sample[] {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
  const end = Math.max(Date.parse(to), live.at);
  const samples: Sample[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += stepSeconds * 1000) {
    const point = byTime.get(at);
    const isOver = at + stepSeconds * 1000 <= Date.parse(to);
    // A step that is not over has received a part of its heartbeats.
    samples.push({
      at,
      ...(point ? valuesOf(point, stepSeconds) : NOTHING),
      ...(isOver ? {} : { heartbeats: null }),
    });
  }
  const { online, heartbeats } = live;
  return [...samples, { at: end, heartbeats, online, onlineMin: online, onlineMax: online }];
}

const valuesOf = (
  { heartbeats, onlineMin, onlineAvg, onlineMax }: Point,
  seconds: number,
): Omit<Sample, 'at'> => ({
  heartbeats: heartbeats / seconds,
  online: onlineAvg,
  onlineMin,
  onlineMax,
});

/** The points in rows of equal length, latest first. Rows without a point are left out. */
export function rowsOf({ stepSeconds, points }: FleetHistory, range: HistoryRange): Sample[] {
  const groups = new Map<number, Point[]>();
  for (const point of points) {
    const start = rowStart[range](Date.parse(point.at));
    groups.set(start, [...(groups.get(start) ?? []), point]);
  }
  return [...groups]
    .map(([at, group]) => ({
      at,
      heartbeats: average(group.map(({ heartbeats }) => heartbeats)) / stepSeconds,
      online: average(group.map(({ onlineAvg }) => onlineAvg)),
      onlineMin: Math.min(...group.map(({ onlineMin }) => onlineMin)),
      onlineMax: Math.max(...group.map(({ onlineMax }) => onlineMax)),
    }))
    .reverse();
}

const average = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
