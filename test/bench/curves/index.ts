import type { CurveRow } from '../support/report/curve.ts';
import { beatCurve } from './beats.ts';
import { eventCurve } from './events.ts';
import { leaseCurves } from './leases.ts';
import { pageCurves } from './pages.ts';

/** All curves, in their order in docs/performance.md. */
export const curveRows: readonly CurveRow[] = [beatCurve, leaseCurves, eventCurve, pageCurves];
