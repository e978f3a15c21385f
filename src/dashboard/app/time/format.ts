const MINUTE = 60;
const units = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
  ['second', 1],
] as const;

const relative = new Map<string, Intl.RelativeTimeFormat>();
const exact = new Map<string, Intl.DateTimeFormat>();
const ofDay = new Map<string, Intl.DateTimeFormat>();

/** Such as `3 min ago`. @param now milliseconds since the epoch. */
export function relativeTime(time: Date, now: number, language: string): string {
  const format = remembered(
    relative,
    language,
    () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
  );
  const seconds = Math.round((time.getTime() - now) / 1000);
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return format.format(Math.trunc(seconds / length), unit);
}

/** In the reader's own time zone, to the second. */
export function exactTime(time: Date, language: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return remembered(exact, language, () => new Intl.DateTimeFormat(language, options)).format(time);
}

/** Hours, minutes and seconds in the reader's own time zone. */
export function timeOfDay(time: Date, language: string): string {
  const two = '2-digit';
  const options = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const;
  return remembered(ofDay, language, () => new Intl.DateTimeFormat(language, options)).format(time);
}

/** Formats are dear to make, and lists show thousands of times. */
function remembered<T>(known: Map<string, T>, language: string, make: () => T): T {
  const format = known.get(language) ?? make();
  known.set(language, format);
  return format;
}
