import { setTimeout } from 'node:timers/promises';
import { post } from './fleet-api.js';
import type { DeviceHistory, SentBeat } from './invariants.js';

/** After a heartbeat that failed, a device waits this long. */
const RETRY_MS = 100;

/** A device that sends heartbeats through the proxy, and knows what it did. */
export class BeatingDevice implements DeviceHistory {
  readonly beats: SentBeat[] = [];
  readonly ends: { at: number; reason: string }[] = [];
  /** What the last heartbeat was answered with, for errors of tests. */
  lastAnswer = 'no answer yet';
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    /** `host:port` of the proxy, or of a node. */
    private readonly host: string,
    private readonly token: string,
    readonly clientId: string,
    private readonly intervalMs: number,
  ) {
    this.#running = this.#run();
  }

  /** The heartbeats that were answered. */
  get acknowledged(): number {
    return this.beats.filter(({ acknowledgedAt }) => acknowledgedAt !== null).length;
  }

  /** Sends no further heartbeat, and waits for the answer of the last one. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const isAcknowledged = await this.#beat();
      await setTimeout(isAcknowledged ? this.intervalMs : RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #beat(): Promise<boolean> {
    const sentAt = performance.now();
    const headers = { authorization: this.token, 'x-device-id': this.clientId };
    const status = await post(this.host, '/api/heart/check', {}, headers).then(
      ({ status: answered, body }) => {
        this.lastAnswer = `${answered} ${JSON.stringify(body)}`;
        return answered;
      },
      (error: unknown) => {
        this.lastAnswer = String(error);
        return null;
      },
    );
    const acknowledgedAt = status === 201 ? performance.now() : null;
    // Its session has ended: it was not counted.
    if (status !== 401) this.beats.push({ sentAt, acknowledgedAt });
    return acknowledgedAt !== null;
  }
}
