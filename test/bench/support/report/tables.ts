import type { Curve } from './curve.ts';
import { GATEHOUSE, type Result } from './figure.ts';
import { estimateText, goalText, numberText } from './report.ts';

/** The table of docs/performance.md. A figure that misses its goal is bold. */
export function figureTable(results: readonly Result[]): string {
  const rows = results.map(({ work, unit, estimates, compared, goal, met }) => {
    const peers = Object.entries(estimates).filter(([name]) => name !== GATEHOUSE);
    const own = estimates[GATEHOUSE];
    const ratio = goal.times === undefined ? '' : `${estimateText(compared)} ×`;
    return [
      cell(work),
      peers.map(([name, { median }]) => `${name} ${numberText(median)}`).join(', '),
      `${own ? estimateText(own) : ''} ${unit}`,
      ratio,
      goalText(goal, unit),
      met ? 'kept' : '**missed**',
    ];
  });
  return table(['work', 'limit and peers', 'Gatehouse', 'ratio', 'goal', ''], rows);
}

/** A column for each x. */
export function curveTable({ xLabel, unit, series }: Curve): string {
  const xs = [...new Set(Object.values(series).flatMap((points) => points.map(([x]) => x)))];
  const rows = Object.entries(series).map(([name, points]) => [
    cell(name),
    ...xs.map((x) => numberText(points.find(([at]) => at === x)?.[1] ?? Number.NaN)),
  ]);
  return table([`${unit}, by ${xLabel}`, ...xs.map((x) => x.toLocaleString('en'))], rows);
}

/** A pipe ends a cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
