const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Such as `1.4 MB`, of 1000 each. @param perSecond `1.4 MB/s` */
export function byteSize(bytes: number, language: string, perSecond = false): string {
  const step = Math.max(
    0,
    units.findLastIndex((_, power) => bytes >= 1000 ** power),
  );
  const unit = units[step] ?? 'byte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: perSecond ? `${unit}-per-second` : unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step);
}
