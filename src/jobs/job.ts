import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { unavailableDatabase } from '../database/unavailable.js';
import type { Tracing } from '../tracing/tracing.js';
import type { JobLeases } from './job-leases.js';
import type { JobRuns } from './job-runs.js';

/** Limits of a last run whose database does not answer: of its attempts, and of the time that they take together. */
const LAST_ATTEMPTS = 20;
const LAST_MS = 3000;
const LAST_PAUSE_MS = 200;

/** A task that runs in the background. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
  /** Whether one node does it for all. Another node takes over once the lease of the job has expired. */
  readonly leased?: boolean;
  /** Whether to run at the start too. */
  readonly first?: boolean;
  /** Whether it only looks for changes, so that no trace shows its runs. */
  readonly isPoll?: boolean;
  /** Whether to run once more at the end, so that no state is lost. */
  readonly last?: boolean;
}

/** What the jobs of a node share. */
interface JobContext {
  readonly jobLeases: JobLeases;
  readonly jobRuns: JobRuns;
  /** Null where no traces are sent. */
  readonly tracing: Tracing | null;
  readonly log: FastifyBaseLogger;
  /** Makes the database answer again, if it can, before a last run. */
  recover(): Promise<void>;
}

/**
 * Starts a job, which never overlaps itself. One that fails runs again at its next time, and is logged only when it
 * first fails and when it works again.
 * @returns a function that stops it and waits until its last run is done.
 */
export function startJob(job: Job, context: JobContext): () => Promise<void> {
  const { jobLeases, jobRuns, tracing } = context;
  const noted = recorded(job, jobRuns);
  const traced = tracing && !job.isPoll ? withSpan(noted, tracing) : noted;
  return repeat(job.leased ? withLease(traced, jobLeases) : traced, context);
}

const recorded = (job: Job, runs: JobRuns): Job => ({
  ...job,
  run: () => runs.record(job.name, () => job.run()),
});

/** The job in a trace of its own, which shows what it does. Runs that do nothing leave no trace. */
const withSpan = (job: Job, tracing: Tracing): Job => ({
  ...job,
  run: () => tracing.run(`job ${job.name}`, { parent: null, isOptional: true }, () => job.run()),
});

/** The job on the node that holds its lease, which other nodes cannot take before the second next run is due. */
function withLease(job: Job, leases: JobLeases): Job {
  return {
    ...job,
    async run() {
      // `Health` reports leases that cannot be read, once for all jobs.
      const token = await leases.acquire(`job ${job.name}`, 2 * job.everyMs).catch(() => null);
      if (token !== null) await job.run();
    },
  };
}

function repeat(
  { name, everyMs, run, first, last }: Job,
  { log, recover }: Pick<JobContext, 'log' | 'recover'>,
): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isFailing = false;
  const succeeded = () => {
    if (isFailing) log.info({ job: name }, 'a job works again');
    isFailing = false;
  };
  const failed = (err: unknown) => {
    if (!isFailing) log.error({ err, job: name }, 'a job failed');
    isFailing = true;
  };
  const runOnce = () => {
    running ??= run()
      .then(succeeded, failed)
      .finally(() => {
        running = null;
      });
    return running;
  };
  if (first) void runOnce();
  const timer = setInterval(runOnce, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
    if (last)
      await runLast(run, recover).catch((err: unknown) => log.error({ err, job: name }, 'a job failed'));
  };
}

/** Runs again while the database ends: a signal to all processes of a unit may reach it only during the run. */
async function runLast(run: () => Promise<void>, recover: () => Promise<void>): Promise<void> {
  for (let attempt = 1, takenMs = 0; ; attempt++) {
    await recover();
    const startedAt = performance.now();
    try {
      return await run();
    } catch (error) {
      takenMs += performance.now() - startedAt;
      const isLast = attempt === LAST_ATTEMPTS || takenMs > LAST_MS;
      if (isLast || unavailableDatabase(error) === error) throw error;
    }
    await setTimeout(LAST_PAUSE_MS);
  }
}
