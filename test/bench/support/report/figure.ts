import { type Estimate, estimate } from './statistics.ts';

export const GATEHOUSE = 'Gatehouse';

/** What Gatehouse must not exceed: a number in the unit of the figure, or a multiple of what a peer takes. */
export interface Goal {
  readonly atMost: number;
  /** The name of the peer. */
  readonly times?: string;
}

/** A line of the table: what some work costs Gatehouse and its peers. */
export interface Figure {
  readonly work: string;
  /** Such as `µs`, of server CPU where nothing else is said. */
  readonly unit: string;
  /** By the name of the subject, Gatehouse among them: a number for each turn, in the order of the turns. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly goal: Goal;
}

/** A figure, evaluated. */
export interface Result extends Figure {
  readonly estimates: Readonly<Record<string, Estimate>>;
  /** What the goal limits: the cost, or the ratio of the two that were measured in the same turn. */
  readonly compared: Estimate;
  /** Whether the median keeps the goal. */
  readonly met: boolean;
}

export function evaluate(figure: Figure): Result {
  const own = samplesOf(figure, GATEHOUSE);
  const { atMost, times } = figure.goal;
  const peer = times === undefined ? null : samplesOf(figure, times);
  const compared = estimate(peer ? own.map((cost, turn) => cost / (peer[turn] ?? Number.NaN)) : own);
  const estimates = Object.fromEntries(
    Object.entries(figure.samples).map(([name, samples]) => [name, estimate(samples)]),
  );
  return { ...figure, estimates, compared, met: compared.median <= atMost };
}

function samplesOf({ work, samples }: Figure, name: string): readonly number[] {
  const found = samples[name];
  if (!found) throw new Error(`The figure "${work}" has no samples of ${name}.`);
  return found;
}
