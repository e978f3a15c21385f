import type { Figure } from './report/figure.ts';
import type { Cluster } from './servers/cluster.ts';

/** How thoroughly to measure. */
export interface Profile {
  readonly name: string;
  /** How often each subject is measured. */
  readonly turns: number;
  /** Multiplies the work of a turn, and the size of fleets. */
  readonly scale: number;
}

/** What a row measures with. */
export interface Bench {
  readonly cluster: Cluster;
  readonly profile: Profile;
}

/** A row of the table: the same work by Gatehouse and by its peers. */
export interface Row {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  /** A sentence about what it does, for `npm run bench -- list`. */
  readonly description: string;
  measure(bench: Bench): Promise<Figure[]>;
}

/** @returns `count`, scaled to the profile, and at least `least`. */
export const scaled = ({ scale }: Profile, count: number, least = 1): number =>
  Math.max(least, Math.round(count * scale));
