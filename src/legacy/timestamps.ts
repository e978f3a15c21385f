const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formats a date as `2020-07-14T16:16:41+08:00` (RFC 3339), in whole seconds. */
export function rfc3339(date: Date, timeZone: string): string {
  const parts = partsOf(date, timeZone);
  const offset = parts.timeZoneName?.replace('GMT', '') || '+00:00';
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}${offset}`;
}

/** Formats a date as `2023-10-20 17:43:42`, the local time in the zone. */
export function localTime(date: Date, timeZone: string): string {
  const parts = partsOf(date, timeZone);
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

function partsOf(date: Date, timeZone: string): Record<string, string> {
  const formatter = formatterOf(timeZone);
  return Object.fromEntries(formatter.formatToParts(date).map(({ type, value }) => [type, value]));
}

/** Formatters are kept: making one costs far more than using it. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept) return kept;
  const formatter = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  formatters.set(timeZone, formatter);
  return formatter;
}
