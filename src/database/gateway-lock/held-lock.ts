import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../../errors.js';
import { connectClient } from '../connections/failover-client.js';
import { reasonOf } from '../reason.js';
import { Answers, type DatabaseListener, stateOf } from './answers.js';
import {
  type Backend,
  backendOf,
  countStart,
  endHolder,
  holdsLock,
  startsOf,
  timelineOf,
  tryLock,
} from './lock-statements.js';

const HEARTBEAT_MS = 500;
const RETRY_MS = 250;
/** A connection that has been silent for this long is replaced if others answer. */
const SILENT_MS = 1500;

export interface HeldLockOptions {
  /** Whether other gateways may hold it, too, as nodes of one fleet do. */
  readonly isShared: boolean;
  /** Called with each change of the state, which is read-write at first. */
  readonly onChange: DatabaseListener;
  /** Called once with a sentence when the lock has ended for good. */
  onEnd(sentence: string): void;
}

/**
 * The lock of a gateway, which lasts as long as its connection, so that it ends with the process even after a crash.
 * When only the connection ends, as with a restart of the server, the lock is taken again.
 */
export class HeldLock {
  readonly #released = new AbortController();
  readonly #answers: Answers;
  readonly #supervision: Promise<void>;
  /** Null until it is counted. */
  #starts: number | null = null;

  private constructor(
    private client: pg.Client,
    private backend: Backend,
    private readonly timeline: string | undefined,
    private readonly url: string,
    private readonly options: HeldLockOptions,
  ) {
    this.#answers = new Answers(url, options.onChange);
    this.#supervision = this.#supervise();
  }

  /** @param client that holds the lock. @param url as for `openDatabase` */
  static async supervise(client: pg.Client, url: string, options: HeldLockOptions): Promise<HeldLock> {
    // Not every server says so.
    const timeline = await timelineOf(client).catch(() => undefined);
    return new HeldLock(client, await backendOf(client), timeline, url, options);
  }

  /**
   * Counts this start of a gateway, once the database is migrated. From then on, the lock is taken again, unless another
   * gateway has started meanwhile: what this one remembers may be outdated then.
   */
  async countStart(): Promise<void> {
    this.#starts = (await countStart(this.client)) ?? null;
  }

  async release(): Promise<void> {
    this.#released.abort();
    this.#answers.stop();
    // A server that hangs would never confirm it.
    await Promise.race([this.client.end(), setTimeout(SILENT_MS, undefined, { ref: false })]);
    await this.#supervision;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#released;
    try {
      while (!signal.aborted) {
        const reason = await untilLost(this.client, this.#answers, signal);
        await this.#takeAgain(
          `The gateway no longer holds the lock on its database (${reason}): another gateway may run.`,
        );
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#answers.stop();
      this.options.onEnd(error instanceof Error ? error.message : String(error));
    }
  }

  /** @throws StartError with the sentence if the lock must not be taken again. */
  async #takeAgain(sentence: string): Promise<void> {
    const { signal } = this.#released;
    this.client.end().catch(() => {});
    while (!signal.aborted) {
      const client = await connectClient(this.url, SILENT_MS).catch(() => null);
      if (client && (await this.#takeOver(client, sentence))) return;
      await setTimeout(RETRY_MS, undefined, { signal });
    }
  }

  /** @returns false if the server has ended once more, or has not ended the previous connection yet. */
  async #takeOver(client: pg.Client, sentence: string): Promise<boolean> {
    try {
      this.#answers.record(await stateOf(client));
      const isEnding = await endHolder(client, this.backend);
      if (await tryLock(client, this.options.isShared)) {
        await this.#requireSameHistory(client, sentence);
        this.backend = await backendOf(client);
        this.client = client;
        return true;
      }
      if (!isEnding) throw new StartError(sentence);
    } catch (error) {
      if (error instanceof StartError) {
        await client.end();
        throw error;
      }
    }
    await client.end().catch(() => {});
    return false;
  }

  /** @throws StartError if a standby has taken over, or another gateway has used an exclusive lock. */
  async #requireSameHistory(client: pg.Client, sentence: string): Promise<void> {
    const { timeline, options } = this;
    if (timeline === undefined || (await timelineOf(client)) !== timeline) throw new StartError(sentence);
    if (options.isShared) return;
    if (this.#starts === null || (await startsOf(client)) !== this.#starts) throw new StartError(sentence);
  }
}

/** @returns why the lock is not held any more. */
async function untilLost(client: pg.Client, answers: Answers, signal: AbortSignal): Promise<string> {
  const lost = Promise.withResolvers<string>();
  let waitingSince: number | null = null;
  const beat = async () => {
    if (waitingSince !== null) {
      const isAlone = performance.now() - waitingSince > SILENT_MS && answers.hasAnsweredSince(waitingSince);
      if (isAlone) lost.resolve('its connection does not answer');
      return;
    }
    waitingSince = performance.now();
    try {
      if (!(await holdsLock(client))) lost.resolve('its backend has changed');
      answers.record(await stateOf(client));
    } catch (error) {
      lost.resolve(reasonOf(error));
    }
    waitingSince = null;
  };
  const timer = setInterval(() => void beat(), HEARTBEAT_MS);
  client.once('end', () => lost.resolve('its connection was closed'));
  signal.addEventListener('abort', () => lost.resolve('it was released'), { once: true });
  return lost.promise.finally(() => clearInterval(timer));
}
