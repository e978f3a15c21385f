import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { unavailableDatabase } from './database/unavailable.js';
import { mergeDeviceCounts } from './devices/device-counts.js';
import { deleteDevicesRetiredBefore, deleteDevicesSeenBefore } from './devices/device-retention.js';
import { healthChecks } from './health-checks.js';
import type { JobLeases } from './job-leases.js';
import type { JobRuns } from './job-runs.js';
import { purge } from './retention.js';
import type { Services } from './services.js';
import type { Tracing } from './tracing/tracing.js';

/** How long transitions and heartbeats are collected before they are saved and published. */
const ANNOUNCE_MS = 200;
/** Some thousand rows of the counts come together meanwhile, which take a millisecond to read. */
const MERGE_COUNTS_MS = 5000;
/**
 * On several nodes, the database is at most that old about devices that beat elsewhere. It takes about as many rows as
 * one save in each interval, since a device sends about one heartbeat in it.
 */
const SAVE_DEVICES_MS = 1000;
/** `Session.lastSeenAt` is at most that old. The sessions of a fleet are always in use, and each save writes all of them. */
const SAVE_SESSIONS_MS = 60_000;
/** A process that is killed has not counted the heartbeats of this time. */
const SAMPLE_FLEET_MS = 10_000;
const ROLL_UP_MS = 60_000;
/** What another process has changed must take effect everywhere within a second. */
const CHANGES_MS = 500;
const HOUR_MS = 3_600_000;
/** Limits of a last run whose database does not answer: of its attempts, and of the time that they take together. */
const LAST_ATTEMPTS = 20;
const LAST_MS = 3000;
const LAST_PAUSE_MS = 200;

/** A task that runs in the background. */
interface Job {
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

type JobServices = Pick<
  Services,
  | 'db'
  | 'config'
  | 'clock'
  | 'jobLeases'
  | 'jobRuns'
  | 'authenticators'
  | 'sessions'
  | 'heartbeats'
  | 'deviceSettings'
  | 'fleetSampler'
  | 'fleetHistory'
  | 'auditTail'
  | 'deviceActionRunner'
  | 'releases'
  | 'health'
  | 'storageCheck'
  | 'tracing'
>;

function jobs(services: JobServices): Job[] {
  const { db, config, clock, authenticators, sessions, heartbeats, deviceSettings, releases } = services;
  const { deviceActionRunner, fleetSampler, fleetHistory, auditTail } = services;
  const retention = {
    sessions: config.RETAIN_SESSIONS,
    audit: config.RETAIN_AUDIT,
    presence: config.RETAIN_PRESENCE,
    deviceActions: config.RETAIN_DEVICE_ACTIONS,
  };
  const deleteDevices = async () => {
    const { DEVICE_RETENTION, RETIRED_DEVICE_RETENTION } = config;
    if (DEVICE_RETENTION !== undefined) {
      await deleteDevicesSeenBefore(new Date(clock() - DEVICE_RETENTION), db, heartbeats);
    }
    if (RETIRED_DEVICE_RETENTION !== undefined) {
      await deleteDevicesRetiredBefore(new Date(clock() - RETIRED_DEVICE_RETENTION), db, heartbeats);
    }
  };
  // A single node saves its transitions when it announces them.
  const saveTransitions = {
    name: 'save transitions',
    everyMs: ANNOUNCE_MS,
    run: () => heartbeats.saveTransitions(),
    leased: true,
  };
  return [
    ...(config.REDIS_URL ? [saveTransitions] : []),
    { name: 'expire devices', everyMs: heartbeats.tickMs, run: () => heartbeats.tick(), isPoll: true },
    { name: 'announce presence', everyMs: ANNOUNCE_MS, run: () => heartbeats.announce(), last: true },
    {
      name: 'save last-seen times of devices',
      everyMs: config.REDIS_URL ? SAVE_DEVICES_MS : config.HEARTBEAT_INTERVAL,
      run: () => heartbeats.saveLastSeen(),
      last: true,
    },
    {
      name: 'save last-seen times of sessions',
      everyMs: SAVE_SESSIONS_MS,
      run: () => sessions.saveActivity(),
      last: true,
    },
    {
      name: 'merge counts of devices',
      everyMs: MERGE_COUNTS_MS,
      run: () => mergeDeviceCounts(db),
      leased: true,
      isPoll: true,
    },
    {
      name: 'sample the fleet',
      everyMs: SAMPLE_FLEET_MS,
      run: () => fleetSampler.sample(),
      isPoll: true,
      last: true,
    },
    {
      name: 'roll up the history of the fleet',
      everyMs: ROLL_UP_MS,
      run: () => fleetHistory.rollUp(),
      leased: true,
      isPoll: true,
    },
    {
      name: 'read changes of accounts',
      everyMs: CHANGES_MS,
      run: () => sessions.pollChanges(),
      isPoll: true,
    },
    {
      name: 'read settings of devices',
      everyMs: CHANGES_MS,
      run: () => deviceSettings.readChanges(),
      isPoll: true,
    },
    {
      name: 'read new audit entries',
      everyMs: CHANGES_MS,
      run: () => auditTail.poll(),
      isPoll: true,
    },
    {
      name: 'change many devices',
      everyMs: CHANGES_MS,
      run: () => deviceActionRunner.run(),
      leased: true,
      isPoll: true,
    },
    { name: 'purge', everyMs: HOUR_MS, run: () => purge(db, retention, clock()), leased: true },
    {
      name: 'encrypt second factors with the first key',
      everyMs: HOUR_MS,
      run: () => authenticators.renewEncryption(),
      first: true,
      leased: true,
    },
    { name: 'delete devices', everyMs: HOUR_MS, run: deleteDevices, first: true, leased: true },
    { name: 'sweep uploads', everyMs: HOUR_MS, run: () => releases.sweep(), first: true },
    ...healthChecks(services).map((check) => ({ ...check, isPoll: true })),
  ];
}

/**
 * Starts all jobs. A job never overlaps itself; one that fails runs again at its next time, and is logged only when it
 * first fails and when it works again.
 * @param recover makes the database answer again, if it can, before a last run.
 * @returns a function that stops them and waits until the last runs are done.
 */
export function startJobs(
  services: JobServices,
  log: FastifyBaseLogger,
  recover: () => Promise<void> = async () => {},
): () => Promise<void> {
  const { jobLeases, jobRuns, tracing } = services;
  const stops = jobs(services)
    .map((job) => recorded(job, jobRuns))
    .map((job) => (tracing && !job.isPoll ? withSpan(job, tracing) : job))
    .map((job) => repeat(job.leased ? withLease(job, jobLeases) : job, log, recover));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
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
  log: FastifyBaseLogger,
  recover: () => Promise<void>,
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
