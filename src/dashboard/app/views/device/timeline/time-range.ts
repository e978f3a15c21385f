/** The time ranges that the timeline offers. */
export const timeRanges = ['hour', 'today', 'week', 'month'] as const;

export type TimeRange = (typeof timeRanges)[number];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_TICKS = 8;
const steps = [HOUR / 12, HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, DAY, 2 * DAY, 5 * DAY];

export const isTimeRange = (text: string | null): text is TimeRange =>
  timeRanges.some((range) => range === text);

/** Whether the times of a range need no date. An hour may span midnight, but its times are still distinct. */
export const isOfOneDay = (range: TimeRange): boolean => range === 'hour' || range === 'today';

/**
 * The start of a range; today starts at midnight in the browser's time zone, and longer ranges at a midnight.
 * @param now in milliseconds since the epoch, like all times here.
 */
export function rangeStart(range: TimeRange, now: number): number {
  if (range === 'hour') return now - HOUR;
  return range === 'today' ? midnight(now) : midnight(now) - (range === 'week' ? 7 : 30) * DAY;
}

/** The start of what to load for a range: it changes only once a day. */
export const loadStart = (range: TimeRange, now: number): number =>
  range === 'hour' ? midnight(now) - HOUR : rangeStart(range, now);

/** At most eight round times between two times, to label an axis. */
export function ticks(from: number, to: number): { at: number; isDay: boolean }[] {
  const step = steps.find((length) => (to - from) / length <= MOST_TICKS) ?? 5 * DAY;
  const found: { at: number; isDay: boolean }[] = [];
  for (let at = midnight(from); at <= to; at = addStep(at, step)) {
    if (at >= from) found.push({ at, isDay: step >= DAY });
  }
  return found;
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Adds days by the calendar: with daylight saving time, not every day has 24 hours. */
function addStep(at: number, step: number): number {
  if (step < DAY) return at + step;
  const date = new Date(at);
  return date.setDate(date.getDate() + step / DAY);
}
