const MINUTE = 60;
const units = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
  ['second', 1],
] as const;

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();
const exactFormats = new Map<string, Intl.DateTimeFormat>();
const timeOfDayFormats = new Map<string, Intl.DateTimeFormat>();

/** For example `3 min ago`. @param now milliseconds since the epoch. */
export function relativeTime(time: Date, now: number, language: string): string {
  const format = cached(
    relativeFormats,
    language,
    () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
  );
  const seconds = Math.round((time.getTime() - now) / 1000);
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return format.format(Math.trunc(seconds / length), unit);
}

/** Date and time to the second, in the browser's time zone. */
export function exactTime(time: Date, language: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return cached(exactFormats, language, () => new Intl.DateTimeFormat(language, options)).format(time);
}

/** Hours, minutes and seconds, in the browser's time zone. */
export function timeOfDay(time: Date, language: string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return cached(timeOfDayFormats, language, () => new Intl.DateTimeFormat(language, options)).format(time);
}

/** Intl formats are slow to create, and a list formats thousands of times. */
function cached<T>(formats: Map<string, T>, language: string, create: () => T): T {
  const format = formats.get(language) ?? create();
  formats.set(language, format);
  return format;
}
