const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/**
 * For example `1.4 MiB`: in powers of 1024, as settings and the command line have it.
 * @param perSecond formats a rate: `1.4 MiB/s`.
 */
export function byteSize(bytes: number, language: string, perSecond = false): string {
  const rounded = (power: number) => Number((bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1));
  const smallest = units.findIndex((_unit, power) => rounded(power) < 1024);
  const power = smallest === -1 ? units.length - 1 : smallest;
  const number = new Intl.NumberFormat(language, {
    minimumFractionDigits: power === 0 ? 0 : 1,
    useGrouping: false,
  });
  return `${number.format(rounded(power))} ${units[power]}${perSecond ? '/s' : ''}`;
}
