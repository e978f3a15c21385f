import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Limiter, LimiterOptions, Limiters } from '../../rate-limits/limiters.js';
import type { RedisClient } from '../../redis/client.js';

/**
 * Counts in Redis, over all nodes. While Redis does not answer, each node counts by itself and admits its share of the
 * limit.
 */
export class RedisLimiters implements Limiters {
  readonly #insurances: { readonly limiter: RateLimiterMemory; readonly points: number }[] = [];
  #nodes = 1;

  constructor(private readonly client: RedisClient) {}

  get nodes(): number {
    return this.#nodes;
  }

  set nodes(count: number) {
    this.#nodes = count;
    for (const { limiter, points } of this.#insurances) limiter.points = this.#share(points);
  }

  create({ name, points, windowSeconds }: LimiterOptions): Limiter {
    const options = { keyPrefix: `gatehouse:limit:${name}`, duration: windowSeconds };
    const insurance = new RateLimiterMemory({ ...options, points: this.#share(points) });
    this.#insurances.push({ limiter: insurance, points });
    return new RateLimiterRedis({
      ...options,
      points,
      storeClient: this.client,
      rejectIfRedisNotReady: true,
      insuranceLimiter: insurance,
    });
  }

  /** At least one point, since an action that has none could never be done. */
  #share(points: number): number {
    return Math.max(1, Math.floor(points / this.#nodes));
  }
}
