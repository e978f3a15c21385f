const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** For example `3 hr 20 min`: the largest unit and, unless it is 0, the next one. @param ms milliseconds */
export function duration(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const largest = Math.max(
    0,
    units.findIndex(([, length]) => seconds >= length),
  );
  const shown = seconds < 1 ? units.slice(-1) : units.slice(largest, largest + 2);
  let remaining = seconds;
  const parts = shown.map(([unit, length]) => {
    const count = Math.floor(remaining / length);
    remaining -= count * length;
    return { unit, count };
  });
  return parts
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ unit, count }) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count),
    )
    .join(' ');
}
