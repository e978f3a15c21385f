/**
 * The live API of Gatehouse, composed from its own parts with a clock that the benchmark advances: devices go offline
 * when it says so.
 */
import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pino } from 'pino';
import type * as sharedStates from '../../../src/adapters/shared-state.js';
import type * as storages from '../../../src/adapters/storage/index.js';
import type * as configuration from '../../../src/config.js';
import type * as databases from '../../../src/database/database.js';
import type * as all from '../../../src/entities.js';
import type * as pipelines from '../../../src/graphql/execution/pipeline.js';
import type * as schemas from '../../../src/graphql/schema.js';
import type * as liveServers from '../../../src/graphql/sockets/live-server.js';
import type * as httpServer from '../../../src/server/http-server.js';
import type * as wiring from '../../../src/services.js';
import { addressOf } from '../support/servers/address.ts';
import { importBuilt } from '../support/servers/built.ts';
import type { Peer } from '../support/servers/host.ts';

const { stateInMemory } = await importBuilt<typeof sharedStates>('adapters/shared-state.js');
const { openStorage } = await importBuilt<typeof storages>('adapters/storage/index.js');
const { readConfig } = await importBuilt<typeof configuration>('config.js');
const { openDatabase } = await importBuilt<typeof databases>('database/database.js');
const { entities } = await importBuilt<typeof all>('entities.js');
const { Pipeline } = await importBuilt<typeof pipelines>('graphql/execution/pipeline.js');
const { createSchema } = await importBuilt<typeof schemas>('graphql/schema.js');
const { createLiveServer } = await importBuilt<typeof liveServers>('graphql/sockets/live-server.js');
const { sessionPolicies } = await importBuilt<typeof httpServer>('server/http-server.js');
const { createServices } = await importBuilt<typeof wiring>('services.js');

/** Longer than a device stays online without a heartbeat. */
const SILENCE_MS = 120_000;

interface Options {
  /** A migrated database. */
  readonly databaseUrl: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly jwtSecret: string;
  /** Of the session that sends the heartbeats. */
  readonly token: string;
}

export async function start({ databaseUrl, settings, jwtSecret, token }: Options): Promise<Peer> {
  const config = readConfig(settings);
  const clock = { now: Date.now() };
  const services = createServices(config, {
    db: await openDatabase(databaseUrl, entities),
    jwtSecrets: [jwtSecret],
    packageStorage: await openStorage(config.STORAGE),
    shared: stateInMemory(() => clock.now),
    clock: () => clock.now,
    sessionPolicies,
  });
  const { heartbeats, sessions } = services;
  const found = await sessions.authenticate(token);
  if (!found) throw new Error('The token is not valid.');
  const caller = { ...found, expiresAt: Number.MAX_SAFE_INTEGER };
  const log = pino({ level: 'warn' });
  const live = createLiveServer(services, new Pipeline(createSchema(), config, services, log), log);
  const server = createServer().on('upgrade', live.upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let online = false;
  return {
    url: addressOf(server),
    answers: {
      async change(count) {
        const before = process.cpuUsage();
        online = !online;
        for (let device = 1; online && device <= Number(count); device++) {
          await heartbeats.beat(caller, { clientId: `bench-${device}`, name: null, clientVersion: null });
        }
        for (const end = clock.now + SILENCE_MS; !online && clock.now < end; ) {
          clock.now += heartbeats.tickMs;
          heartbeats.tick();
        }
        await heartbeats.saveTransitions();
        const { user, system } = process.cpuUsage(before);
        return user + system;
      },
      publish: () => heartbeats.announce(),
    },
  };
}
