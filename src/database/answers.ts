import { connectClient } from './connections/failover-client.js';

/** A database that has not answered for this long hangs. */
const SILENT_MS = 1500;
/** New connections are tried this often, once the database has not answered for twice as long. */
const PROBE_MS = 500;

/** Called with each change of whether the database answers. */
export interface AnswerListener {
  onSilent(): void;
  onAnswer(): void;
}

/**
 * Knows whether a database answers. Its user records answers at least every half second; when there are none, new
 * connections are tried, since an old one may be broken without a sign.
 */
export class Answers {
  #latest = performance.now();
  #isSilent = false;
  readonly #timer: NodeJS.Timeout;

  /** @param url as for `openDatabase` */
  constructor(
    private readonly url: string,
    private readonly listener: AnswerListener,
  ) {
    this.#timer = setInterval(() => this.#check(), PROBE_MS);
  }

  /** Whether the database has answered since then, a time of `performance.now()`. */
  hasAnsweredSince(time: number): boolean {
    return this.#latest > time;
  }

  record(): void {
    this.#latest = performance.now();
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.listener.onAnswer();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    if (this.#age < 2 * PROBE_MS) return;
    void this.#probe();
    // After a pause of this process, the answers that have arrived meanwhile are read first.
    setImmediate(() => this.#reportSilence());
  }

  get #age(): number {
    return performance.now() - this.#latest;
  }

  #reportSilence(): void {
    if (this.#isSilent || this.#age < SILENT_MS) return;
    this.#isSilent = true;
    this.listener.onSilent();
  }

  async #probe(): Promise<void> {
    const client = await connectClient(this.url, SILENT_MS).catch(() => null);
    if (!client) return;
    this.record();
    await client.end();
  }
}
