import type { Clock } from '../clock.js';

/** How the runs of a job on this node went. */
export interface JobRun {
  readonly runs: number;
  readonly failures: number;
  /** When the latest run ended. */
  readonly ranAt: Date;
  /** Of the latest run, in milliseconds. */
  readonly tookMs: number;
  /** Null before the first success. */
  readonly succeededAt: Date | null;
  /** When the first of the latest failures in a row ended; null while the job works. */
  readonly failingSince: Date | null;
}

const NO_RUN = { runs: 0, failures: 0, succeededAt: null, failingSince: null };

/** Remembers how the background jobs of this node went. A job whose lease another node holds does not run here. */
export class JobRuns {
  readonly #jobs = new Map<string, JobRun>();

  constructor(private readonly clock: Clock) {}

  /** The jobs that have run here, by name. */
  get jobs(): ReadonlyMap<string, JobRun> {
    return this.#jobs;
  }

  /** Runs a job and notes how it went. @throws the error of the job */
  async record(name: string, run: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    let failed = true;
    try {
      await run();
      failed = false;
    } finally {
      this.#note(name, failed, performance.now() - startedAt);
    }
  }

  #note(name: string, failed: boolean, tookMs: number): void {
    const { runs, failures, succeededAt, failingSince } = this.#jobs.get(name) ?? NO_RUN;
    const now = new Date(this.clock());
    this.#jobs.set(name, {
      runs: runs + 1,
      failures: failures + Number(failed),
      ranAt: now,
      tookMs,
      succeededAt: failed ? succeededAt : now,
      failingSince: failed ? (failingSince ?? now) : null,
    });
  }
}
