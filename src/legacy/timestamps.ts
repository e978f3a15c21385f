const formatters = new Map<string, Intl.DateTimeFormat>();

function zoned(date: Date, timeZone: string): Record<string, string> {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
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
  }
  return Object.fromEntries(formatter.formatToParts(date).map(({ type, value }) => [type, value]));
}

/** RFC 3339 in whole seconds with the zone's offset, `2020-07-14T16:16:41+08:00`. */
export function rfc3339(date: Date, timeZone: string): string {
  const at = zoned(date, timeZone);
  const offset = at.timeZoneName?.replace('GMT', '') || '+00:00';
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}:${at.second}${offset}`;
}

/** Wall clock time in the zone, `2023-10-20 17:43:42`. */
export function wallClock(date: Date, timeZone: string): string {
  const at = zoned(date, timeZone);
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}:${at.second}`;
}
