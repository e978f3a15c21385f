import type { Bench } from '../row.ts';

/** How a cost grows. */
export interface Curve {
  /** Of its chart. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly unit: string;
  /** By name: points of increasing x. */
  readonly series: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;
  /** What no point should exceed, if there is a limit. */
  readonly limit?: number;
}

/** A measurement of curves, which takes minutes. */
export interface CurveRow {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  readonly description: string;
  trace(bench: Bench): Promise<Curve[]>;
}
