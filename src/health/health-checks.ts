import type { Services } from '../services.js';
import { diskSpace } from './disk-space.js';
import { HealthComponent } from './health.js';

const CHECK_STORAGE_MS = 10_000;
const CHECK_MS = 5000;
/** A file system with less free space than both of these is nearly full. */
const MIN_FREE_SHARE = 0.05;
const MIN_FREE_BYTES = 5 * 1024 ** 3;
/** Jobs repeat what fails: a short failure is no problem. */
const JOB_GRACE_MS = 60_000;

type CheckedServices = Pick<Services, 'db' | 'config' | 'clock' | 'health' | 'jobRuns' | 'storageCheck'>;

/** A check that is repeated in the background. */
export interface HealthCheck {
  readonly name: string;
  readonly everyMs: number;
  /** Whether to run at the start too. */
  readonly first?: boolean;
  run(): Promise<void>;
}

/** Checks what the gateway works with, and reports it to `Health`. Redis and the database report by themselves. */
export function healthChecks(services: CheckedServices): HealthCheck[] {
  const { db, health } = services;
  const checkDatabase = async () => {
    await health.measure(HealthComponent.DATABASE, () => db.em.fork().execute('select 1'));
  };
  return [
    { name: 'check database', everyMs: CHECK_MS, first: true, run: checkDatabase },
    { name: 'check disk', everyMs: CHECK_STORAGE_MS, run: () => checkDisk(services) },
    { name: 'check jobs', everyMs: CHECK_MS, run: async () => checkJobs(services) },
    { name: 'check storage', everyMs: CHECK_STORAGE_MS, run: () => checkStorage(services) },
  ];
}

async function checkStorage({ config, health, storageCheck }: CheckedServices): Promise<void> {
  try {
    await health.measure(HealthComponent.STORAGE, storageCheck);
    health.recover(HealthComponent.STORAGE);
  } catch (error) {
    const reason =
      config.STORAGE.kind === 'disk'
        ? 'Packages cannot be stored.'
        : 'The storage of packages does not answer.';
    health.degrade(HealthComponent.STORAGE, reason, error);
  }
}

async function checkDisk({ config, health }: CheckedServices): Promise<void> {
  const { free, size } = await diskSpace(config.DATA_DIR);
  if (free >= Math.min(size * MIN_FREE_SHARE, MIN_FREE_BYTES)) health.recover(HealthComponent.DISK);
  else
    health.degrade(
      HealthComponent.DISK,
      `The disk with the data folder is ${free === 0 ? '' : 'nearly '}full.`,
    );
}

function checkJobs({ clock, health, jobRuns }: CheckedServices): void {
  const database = health.statusOf(HealthComponent.DATABASE);
  // Most of them need the database.
  if (database.problem) return;
  // A job that runs once an hour may not have run since the database works again.
  const failing = [...jobRuns.jobs].filter(
    ([, { failingSince, ranAt }]) =>
      failingSince !== null &&
      ranAt > database.since &&
      clock() - Math.max(failingSince.getTime(), database.since.getTime()) > JOB_GRACE_MS,
  );
  const names = failing.map(([name]) => `“${name}”`).join(', ');
  if (names === '') health.recover(HealthComponent.JOBS);
  else health.degrade(HealthComponent.JOBS, `Background jobs fail: ${names}.`);
}
