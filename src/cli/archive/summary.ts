import type { Totals } from '../../backup/archive/manifest.js';
import { formatBytes } from '../terminal/progress.js';

/** As `1,204 rows and 3 packages (1.2 GiB)`. */
export function contentText({ rows, packages, packageBytes }: Totals): string {
  const size = packages === 0 ? '' : ` (${formatBytes(packageBytes)})`;
  return `${counted(rows, 'row')} and ${counted(packages, 'package')}${size}`;
}

/** Seconds with a tenth. @param startedAt of `performance.now()` */
export const secondsSince = (startedAt: number): number =>
  Number(((performance.now() - startedAt) / 1000).toFixed(1));

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
