import { useTranslation } from 'react-i18next';

const units = [
  [3600, 'hours'],
  [60, 'minutes'],
] as const;

/** Formats a number of seconds in the largest unit that it is a multiple of. */
export function useIntervalText(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const [size, unit] = units.find(([size]) => seconds % size === 0) ?? [1, 'seconds' as const];
    return t(`device.every.${unit}`, { count: seconds / size });
  };
}
