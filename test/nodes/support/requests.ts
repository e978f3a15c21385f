import { setTimeout } from 'node:timers/promises';
import * as op from '../../support/operations.js';
import { ADMINISTRATOR } from './fleet.js';
import { execute, post } from './fleet-api.js';

const PAUSE_MS = 5;

/** Requests of many clients through the proxy, each again and again until they are stopped. */
export class Requests {
  /** Of the requests that were not answered as they should be. */
  readonly failures: string[] = [];
  /** Those that were. */
  succeeded = 0;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  /**
   * @param host `host:port` of the proxy
   * @param tokens of different sessions, so that the proxy sends them to different nodes
   */
  constructor(
    private readonly host: string,
    tokens: readonly string[],
  ) {
    const loops = [
      ...tokens.map((token) => this.#repeat('heartbeat', () => this.#beat(token))),
      ...tokens.map((token) => this.#repeat('query', () => execute(this.host, op.MeDocument, {}, token))),
      this.#repeat('login', () => execute(this.host, op.LoginDocument, { input: ADMINISTRATOR })),
    ];
    this.#running = Promise.all(loops);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #repeat(name: string, request: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await request();
        this.succeeded += 1;
      } catch (error) {
        this.failures.push(`${name}: ${error}`);
      }
      await setTimeout(PAUSE_MS);
    }
  }

  async #beat(token: string): Promise<void> {
    const headers = { authorization: token, 'x-device-id': `of ${token.slice(-8)}` };
    const { status, body } = await post(this.host, '/api/heart/check', {}, headers);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  }
}
