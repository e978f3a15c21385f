const MINUTE_MS = 60_000;

/**
 * Formats a date as `2020-07-14T16:16:41+08:00` (RFC 3339), in whole seconds. Offsets of local mean time, as in
 * Shanghai before 1901, have seconds, which RFC 3339 does not allow: they are rounded to minutes, and the local time
 * goes with them.
 */
export function rfc3339(date: Date, timeZone: string): string {
  const minutes = offsetMinutes(date, timeZone);
  const local = shifted(date, minutes);
  // A year of more than four digits, which RFC 3339 does not allow.
  if (local.startsWith('+')) return `${shifted(date, 0)}+00:00`;
  const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? '-' : '+'}${twoDigits(hour)}:${twoDigits(minute)}`;
}

/** Formats a date as `2023-10-20 17:43:42`, the local time in the zone. */
export const localTime = (date: Date, timeZone: string): string =>
  shifted(date, offsetMinutes(date, timeZone)).replace('T', ' ');

const shifted = (date: Date, minutes: number): string =>
  new Date(date.getTime() + minutes * MINUTE_MS).toISOString().replace(/\.\d+Z$/, '');

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** The offset from UTC, rounded to minutes. */
function offsetMinutes(date: Date, timeZone: string): number {
  const parts = formatterOf(timeZone).formatToParts(date);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  // `GMT`, `GMT+08:00` or `GMT+08:05:43`.
  const [, sign, hours, minutes, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  if (!sign) return 0;
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes) + Math.round(Number(seconds) / 60));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formatters are kept: making one costs far more than using it. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept) return kept;
  const formatter = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  formatters.set(timeZone, formatter);
  return formatter;
}
