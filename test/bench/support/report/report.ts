import type { Curve } from './curve.ts';
import type { Goal, Result } from './figure.ts';
import type { Estimate } from './statistics.ts';

/** A figure as lines of the terminal. */
export function figureText(result: Result): string {
  const { work, unit, estimates } = result;
  const lines = Object.entries(estimates).map(
    ([name, cost]) => `    ${name.padEnd(24)} ${estimateText(cost).padStart(24)} ${unit}`,
  );
  return [`  ${work}`, ...lines, `    ${verdict(result)}`].join('\n');
}

/** The median, and the 95 % interval of the median. */
export const estimateText = ({ median, low, high }: Estimate): string =>
  low === high ? numberText(median) : `${numberText(median)} (${numberText(low)}–${numberText(high)})`;

/** What was compared with the goal, and whether it is kept. */
export const verdict = ({ compared, goal, unit, met }: Result): string =>
  `${estimateText(compared)} ${goal.times === undefined ? unit : `× ${goal.times}`}, ` +
  `goal ${goalText(goal, unit)}: ${met ? 'kept' : 'MISSED'}`;

export const goalText = ({ atMost, times }: Goal, unit: string): string =>
  times === undefined ? `≤ ${numberText(atMost)} ${unit}` : `≤ ${numberText(atMost)} × ${times}`;

/** With three significant digits. */
export const numberText = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** A curve as lines of the terminal. */
export const curveText = ({ title, xLabel, unit, series }: Curve): string =>
  [
    `  ${title}, ${unit}, by ${xLabel}`,
    ...Object.entries(series).map(
      ([name, points]) =>
        `    ${name.padEnd(24)} ${points.map(([x, y]) => `${x.toLocaleString('en')}: ${numberText(y)}`).join(', ')}`,
    ),
  ].join('\n');
