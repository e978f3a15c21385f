import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter, LimiterOptions } from '../../rate-limits/limiters.js';

/**
 * Counts points in windows that begin and end together for all keys: a million keys take no million timers, as those of
 * the library do.
 */
export class CommonWindowLimiter implements Limiter {
  /** In the current window, by key. */
  readonly #consumed = new Map<string, number>();
  readonly #points: number;
  readonly #windowMs: number;
  #endsAt = 0;

  constructor({ points, windowSeconds }: Pick<LimiterOptions, 'points' | 'windowSeconds'>) {
    this.#points = points;
    this.#windowMs = windowSeconds * 1000;
  }

  async consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const result = this.#add(String(key), points);
    if (result.consumedPoints > this.#points) throw result;
    return result;
  }

  async penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    return this.#add(String(key), points);
  }

  async reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return this.#add(String(key), -points);
  }

  async get(key: string | number): Promise<RateLimiterRes | null> {
    this.#startWindow();
    return this.#consumed.has(String(key)) ? this.#add(String(key), 0) : null;
  }

  async delete(key: string | number): Promise<boolean> {
    return this.#consumed.delete(String(key));
  }

  #add(key: string, points: number): RateLimiterRes {
    const now = this.#startWindow();
    const before = this.#consumed.get(key);
    const consumed = (before ?? 0) + points;
    this.#consumed.set(key, consumed);
    const remaining = Math.max(0, this.#points - consumed);
    return new RateLimiterRes(remaining, this.#endsAt - now, consumed, before === undefined);
  }

  /** @returns the time by `performance.now()`. */
  #startWindow(): number {
    const now = performance.now();
    if (now >= this.#endsAt) {
      this.#consumed.clear();
      this.#endsAt = now + this.#windowMs;
    }
    return now;
  }
}
