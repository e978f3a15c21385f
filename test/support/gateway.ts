import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { type SharedState, stateInMemory } from '../../src/adapters/shared-state.js';
import { openStorage } from '../../src/adapters/storage/index.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createPipeline } from '../../src/graphql/execution/traced-pipeline.js';
import { createSchema } from '../../src/graphql/schema.js';
import { createLiveServer } from '../../src/graphql/sockets/live-server.js';
import type { Health } from '../../src/health/health.js';
import { ConnectionLimit } from '../../src/server/connection-limit.js';
import { createHttpServer, sessionPolicies } from '../../src/server/http-server.js';
import { type Listener, listen } from '../../src/server/listen.js';
import { openMetrics } from '../../src/server/metrics.js';
import { inTurns } from '../../src/server/overload.js';
import { createServices, type Services } from '../../src/services.js';
import { openTracing } from '../../src/tracing/open-tracing.js';
import type { AccountPolicy } from '../../src/users/new-user.js';
import type { NewUser } from '../../src/users/users.js';
import { createMigratedDatabase } from './database.js';

const system = { userId: null, address: null };

/** A clock that only the test advances. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now: number;
  advance(ms: number): void;
}

export const createClock = (): TestClock => ({
  now: Date.now(),
  advance(ms) {
    this.now += ms;
  },
});

const schema = createSchema();

/** A complete gateway with its own database. */
export interface TestGateway {
  readonly app: FastifyInstance;
  readonly databaseUrl: string;
  readonly services: Services;
  /** Everything that was logged so far. */
  readonly logged: () => string;
  readonly clock: TestClock;
  /** Sends a POST with a JSON body. */
  post(url: string, body?: object, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Creates an account without a request. */
  createUser(input: NewUser, policy?: AccountPolicy): ReturnType<Services['users']['create']>;
  /** The code of the latest SMS to this phone. @param phone its last digits. */
  lastSms(phone: string): Promise<string>;
  /** Advances the clock with the ticks of the presence job, and publishes the transitions. */
  pass(ms: number): Promise<void>;
  /** Listens on a free port. @returns `host:port` */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param env settings besides the defaults.
 * @param successorOf a gateway whose database and clock this one takes over, as after a restart.
 * @param shared the state that it shares with other nodes; its own in memory by default.
 * @param health what is known to work; everything by default.
 */
export async function startGateway(
  env: Record<string, string> = {},
  successorOf?: Pick<TestGateway, 'databaseUrl' | 'clock'>,
  shared?: SharedState,
  health?: Health,
): Promise<TestGateway> {
  const database = successorOf
    ? { url: successorOf.databaseUrl, drop: async () => {} }
    : await createMigratedDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const config = readConfig({ DATA_DIR: dataDir, ...env });
  const clock = successorOf?.clock ?? createClock();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const traces = config.TRACES && (await openTracing(config.TRACES, log));
  const tracing = traces?.tracing ?? null;
  const db = await openDatabase(database.url, entities, { tracing });
  const services = createServices(config, {
    db,
    tracing,
    packageStorage: await openStorage(config.STORAGE, tracing),
    shared: shared ?? stateInMemory(() => clock.now),
    ...(health ? { health } : {}),
    jwtSecrets: config.JWT_SECRETS ?? ['test '.repeat(8)],
    clock: () => clock.now,
    sessionPolicies,
    minFailureMs: 0,
  });
  await services.sessions.pollChanges();
  await services.deviceSettings.readChanges();
  await services.heartbeats.restore();
  const metrics = await openMetrics(config);
  const pipeline = createPipeline(services, schema, log, metrics?.operations);
  const app = await createHttpServer(services, pipeline, log, metrics);
  const live = createLiveServer(services, pipeline, log);
  metrics?.observe({ services, pipeline, live, connections: async () => 0 });
  const listeners: Listener[] = [];
  return {
    app,
    databaseUrl: database.url,
    services,
    clock,
    logged: () => lines.join(''),
    post: (url, body = {}, headers = {}) => app.inject({ method: 'POST', url, payload: body, headers }),
    createUser: (input, policy) => services.users.create(input, system, policy),
    async lastSms(phone) {
      const outbox = await readFile(join(config.DATA_DIR, 'outbox', 'sms.jsonl'), 'utf8');
      const sent = outbox
        .trimEnd()
        .split('\n')
        .map((line): { to: string; code: string } => JSON.parse(line));
      const last = sent.findLast(({ to }) => to.endsWith(phone));
      if (!last) throw new Error(`No SMS was sent to ${phone}.`);
      return last.code;
    },
    async pass(ms) {
      const { heartbeats } = services;
      for (const end = clock.now + ms; clock.now < end; ) {
        clock.now = Math.min(clock.now + heartbeats.tickMs, end);
        await heartbeats.tick();
      }
      await heartbeats.announce();
    },
    async listen() {
      const connections = new ConnectionLimit(10_000);
      const served = { requests: inTurns(app, services), connections, live, log: app.log };
      const listener = await listen(served, '127.0.0.1', 0, { keepAliveMs: config.KEEP_ALIVE_TIMEOUT });
      listeners.push(listener);
      return `127.0.0.1:${listener.port}`;
    },
    async close() {
      await live.close();
      await Promise.all(listeners.map((listener) => listener.close()));
      await app.close();
      await db.close(true);
      await traces?.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
