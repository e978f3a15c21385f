import type { FastifyBaseLogger } from 'fastify';
import { purge } from './retention.js';
import type { Services } from './services.js';

/** How long transitions and beats are gathered before they are saved and told. */
const ANNOUNCE_MS = 200;
const SAVE_SESSIONS_MS = 30_000;
/** A session that another process revoked is gone everywhere within a second. */
const NOTICE_MS = 500;
const HOUR_MS = 3_600_000;

/** What runs in the background, in one visible list. */
interface Job {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
  /** Whether to run at the start too. */
  readonly first?: boolean;
  /** Whether to run once more at the end, so that nothing is lost. */
  readonly last?: boolean;
}

function jobs({ db, config, clock, sessions, heartbeats, releases }: Services): Job[] {
  const retention = {
    sessions: config.RETAIN_SESSIONS,
    audit: config.RETAIN_AUDIT,
    presence: config.RETAIN_PRESENCE,
  };
  return [
    { name: 'expire devices', everyMs: heartbeats.tickMs, run: async () => heartbeats.tick() },
    { name: 'announce presence', everyMs: ANNOUNCE_MS, run: () => heartbeats.announce(), last: true },
    {
      name: 'save when devices were seen',
      everyMs: config.HEARTBEAT_INTERVAL,
      run: () => heartbeats.saveLastSeen(),
      last: true,
    },
    {
      name: 'save when sessions were seen',
      everyMs: SAVE_SESSIONS_MS,
      run: () => sessions.saveActivity(),
      last: true,
    },
    { name: 'notice revoked sessions', everyMs: NOTICE_MS, run: () => sessions.pollRevocations() },
    { name: 'purge', everyMs: HOUR_MS, run: () => purge(db, retention, clock()) },
    { name: 'sweep uploads', everyMs: HOUR_MS, run: () => releases.sweep(), first: true },
  ];
}

/** Starts all jobs; none runs twice at once, and one that fails is tried again at its next time. @returns stops them. */
export function startJobs(services: Services, log: FastifyBaseLogger): () => Promise<void> {
  const stops = jobs(services).map((job) => repeat(job, log));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function repeat({ name, everyMs, run, first, last }: Job, log: FastifyBaseLogger): () => Promise<void> {
  let underWay: Promise<void> | null = null;
  const once = () => {
    underWay ??= run()
      .catch((err: unknown) => log.error({ err, job: name }, 'a job failed'))
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };
  if (first) void once();
  const timer = setInterval(once, everyMs);
  return async () => {
    clearInterval(timer);
    await underWay;
    if (last) await once();
  };
}
