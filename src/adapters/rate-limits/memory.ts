import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Limiter, LimiterOptions, Limiters } from '../../rate-limits/limiters.js';
import { CommonWindowLimiter } from './common-window.js';

/** Counts in the memory of the only node. */
export class MemoryLimiters implements Limiters {
  readonly nodes = 1;

  create({ name, points, windowSeconds, hasManyKeys }: LimiterOptions): Limiter {
    if (hasManyKeys) return new CommonWindowLimiter({ points, windowSeconds });
    return new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds });
  }
}
