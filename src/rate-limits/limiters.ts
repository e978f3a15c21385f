import type { RateLimiterAbstract } from 'rate-limiter-flexible';

/** Counts points by key. The window of a key begins with its first point, or before. */
export type Limiter = Pick<RateLimiterAbstract, 'consume' | 'penalty' | 'reward' | 'get' | 'delete'>;

export interface LimiterOptions {
  /** Limiters of equal names on different nodes count together. */
  readonly name: string;
  /** How many points a key has in each window. */
  readonly points: number;
  readonly windowSeconds: number;
  /** Whether there are so many keys that their windows may begin together, to save a timer for each. */
  readonly hasManyKeys?: boolean;
}

/** The limiters that the nodes of a fleet share. */
export interface Limiters {
  /** How many nodes share the limiters, as far as this one knows. */
  readonly nodes: number;
  create(options: LimiterOptions): Limiter;
}
