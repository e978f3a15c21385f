import type { Clock } from './clock.js';

/** How late a callback may be. */
const CHECK_MS = 1000;

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Calls back at times of a clock that may be set forward or back meanwhile, which a timer over the whole delay would
 * not notice: the clock is read every second instead. One timer serves all alarms.
 */
export class Alarms {
  readonly #alarms = new Set<Alarm>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  /**
   * Calls back once, within a second after the clock has reached a time.
   * @param at milliseconds since the epoch; a time in the past is possible.
   * @returns a function that cancels the alarm.
   */
  set(at: number, callback: () => void): () => void {
    const alarm = { at, callback };
    this.#alarms.add(alarm);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS).unref();
    return () => this.#cancel(alarm);
  }

  #check(): void {
    const now = this.clock();
    for (const alarm of this.#alarms) {
      if (alarm.at > now) continue;
      this.#cancel(alarm);
      alarm.callback();
    }
  }

  #cancel(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    if (this.#alarms.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
