/** How far back the timeline looks. */
export const timeRanges = ['today', 'week', 'month'] as const;

export type TimeRange = (typeof timeRanges)[number];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_TICKS = 8;
const steps = [HOUR / 12, HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, DAY, 2 * DAY, 5 * DAY];

export const isTimeRange = (text: string | null): text is TimeRange =>
  timeRanges.some((span) => span === text);

/** Where a span begins: today at midnight, where the reader is. All times are milliseconds since the epoch. */
export function rangeStart(span: TimeRange, now: number): number {
  if (span === 'today') return midnight(now);
  return now - (span === 'week' ? 7 : 30) * DAY;
}

/** Round moments to label an axis with, at most eight. */
export function ticks(from: number, to: number): { at: number; isDay: boolean }[] {
  const step = steps.find((length) => (to - from) / length <= MOST_TICKS) ?? 5 * DAY;
  const found: { at: number; isDay: boolean }[] = [];
  for (let at = midnight(from); at <= to; at = later(at, step)) {
    if (at >= from) found.push({ at, isDay: step >= DAY });
  }
  return found;
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Days are not all of 24 hours. */
function later(at: number, step: number): number {
  if (step < DAY) return at + step;
  const date = new Date(at);
  return date.setDate(date.getDate() + step / DAY);
}
