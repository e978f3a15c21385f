import pg from 'pg';
import { connectClient } from '../connections/failover-client.js';

/** A database that has not answered for this long hangs. */
const SILENT_MS = 1500;
/** New connections are tried this often, once the database has not answered for twice as long. */
const PROBE_MS = 500;

/** Whether a database answers, and accepts changes. */
export type DatabaseState = 'read-write' | 'read-only' | 'silent';

/** @param cause why the latest attempt to connect to a silent database failed, if one did. */
export type DatabaseListener = (state: DatabaseState, cause: unknown) => void;

/**
 * Knows whether a database answers. Its user records answers at least every half second; when there are none, new
 * connections are tried, since an old one may be broken without a sign.
 */
export class Answers {
  #latest = performance.now();
  #checkedAt = performance.now();
  /** How long this process has stood still since the latest answer. */
  #pausedMs = 0;
  #state: DatabaseState = 'read-write';
  /** Of the latest attempt to connect, since the latest answer. */
  #failure: unknown = null;
  readonly #timer: NodeJS.Timeout;

  /** @param url as for `openDatabase` */
  constructor(
    private readonly url: string,
    private readonly onChange: DatabaseListener,
  ) {
    this.#timer = setInterval(() => this.#check(), PROBE_MS);
  }

  /** Whether the database has answered since then, a time of `performance.now()`. */
  hasAnsweredSince(time: number): boolean {
    return this.#latest > time;
  }

  record(state: Exclude<DatabaseState, 'silent'>): void {
    this.#latest = performance.now();
    this.#pausedMs = 0;
    this.#failure = null;
    this.#change(state);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    this.#notePause();
    if (this.#age < 2 * PROBE_MS) return;
    void this.#probe();
    // After a pause of this process, the answers that have arrived meanwhile are read first.
    setImmediate(() => this.#reportSilence());
  }

  /** A process that stood still has asked for no answers meanwhile. */
  #notePause(): void {
    const now = performance.now();
    const late = now - this.#checkedAt - PROBE_MS;
    if (late > PROBE_MS) this.#pausedMs += late;
    this.#checkedAt = now;
  }

  /** The time without an answer while this process ran. */
  get #age(): number {
    return performance.now() - this.#latest - this.#pausedMs;
  }

  #reportSilence(): void {
    if (this.#age >= SILENT_MS) this.#change('silent');
  }

  #change(state: DatabaseState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.onChange(state, this.#failure);
  }

  async #probe(): Promise<void> {
    try {
      const client = await connectClient(this.url, SILENT_MS);
      const state = await stateOf(client).catch(() => null);
      if (state) this.record(state);
      await client.end();
    } catch (error) {
      this.#failure = error;
    }
  }
}

/** The state of a server that answers: a standby, or one that an administrator has set, accepts no changes. */
export async function stateOf(client: pg.Client): Promise<Exclude<DatabaseState, 'silent'>> {
  const { rows } = await client.query<{ readOnly: boolean }>(
    `select current_setting('transaction_read_only')::boolean as "readOnly"`,
  );
  return rows[0]?.readOnly ? 'read-only' : 'read-write';
}

/** The sentence for `Health`. @param cause as for `DatabaseListener` */
export function databaseProblem(state: Exclude<DatabaseState, 'read-write'>, cause: unknown): string {
  if (state === 'read-only') return 'The database accepts no changes.';
  return cause instanceof pg.DatabaseError
    ? 'The database refuses connections.'
    : 'The database does not answer.';
}
