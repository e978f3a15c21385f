import type { FastifyBaseLogger } from 'fastify';
import { mergeDeviceCounts } from '../devices/counts/device-counts.js';
import { deleteDevicesRetiredBefore, deleteDevicesSeenBefore } from '../devices/editing/device-retention.js';
import { healthChecks } from '../health/health-checks.js';
import type { Services } from '../services.js';
import { type Job, startJob } from './job.js';
import { purge } from './retention.js';

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
 * Starts all jobs.
 * @param recover makes the database answer again, if it can, before a last run.
 * @returns a function that stops them and waits until the last runs are done.
 */
export function startJobs(
  services: JobServices,
  log: FastifyBaseLogger,
  recover: () => Promise<void> = async () => {},
): () => Promise<void> {
  const { jobLeases, jobRuns, tracing } = services;
  const stops = jobs(services).map((job) => startJob(job, { jobLeases, jobRuns, tracing, log, recover }));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
