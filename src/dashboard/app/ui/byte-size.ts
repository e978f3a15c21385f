const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** For example `1.4 MB`, in powers of 1000. @param perSecond formats a rate: `1.4 MB/s`. */
export function byteSize(bytes: number, language: string, perSecond = false): string {
  const power = Math.max(
    0,
    units.findLastIndex((_, exponent) => bytes >= 1000 ** exponent),
  );
  const unit = units[power] ?? 'byte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: perSecond ? `${unit}-per-second` : unit,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}
