/**
 * Three servers that send events to every subscriber, as `{ port, change(events), publish() }`. The peers send what the
 * gateway sends for the same document.
 */
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const MINUTE = 60_000;
const PASSWORD = 'correct horse';

async function listen(attach) {
  const server = createServer();
  attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

const event = (device, online) => ({
  kind: online ? 'ONLINE' : 'OFFLINE',
  cursor: Buffer.from(`abcdefgh:${device}`).toString('base64url'),
  at: new Date().toISOString(),
  reason: online ? null : 'TIMEOUT',
  device: { id: String(device), online },
  devices: null,
});

/** Devices that alternate between online and offline. */
function transitions() {
  let online = false;
  let made = [];
  return {
    async make(events) {
      online = !online;
      made = Array.from({ length: events }, (_, device) => event(device + 1, online));
    },
    take: () => made.splice(0),
  };
}

/** Only `ws`, with a frame for each subscriber. */
export async function raw() {
  const subscribers = [];
  const port = await listen((server) => {
    new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type, id } = JSON.parse(String(data));
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        else {
          subscribers.push({ socket, prefix: `{"id":${JSON.stringify(id)},"type":"next","payload":` });
          // The gateway starts with a snapshot.
          socket.send(`{"id":${JSON.stringify(id)},"type":"next","payload":{}}`);
        }
      }),
    );
  });
  const changes = transitions();
  return {
    port,
    change: changes.make,
    async publish() {
      for (const change of changes.take()) {
        const payload = JSON.stringify({ data: { deviceStatus: change } });
        for (const { socket, prefix } of subscribers) socket.send(`${prefix}${payload}}`);
      }
    },
  };
}

/** graphql-ws with graphql-js, as its manual says: each event is executed for each subscriber. */
export async function plain() {
  const schema = buildSchema(`
    type Query { nothing: Int }
    type Device { id: ID! online: Boolean! }
    enum DeviceStatusKind { SNAPSHOT ONLINE OFFLINE RESET }
    enum OfflineReason { TIMEOUT LOGOUT }
    input DeviceFilter { ids: [ID!] }
    scalar Cursor
    type DeviceStatusEvent {
      kind: DeviceStatusKind! cursor: Cursor! at: String! reason: OfflineReason device: Device devices: [Device!]
    }
    type Subscription { deviceStatus(filter: DeviceFilter, since: Cursor): DeviceStatusEvent! }
  `);
  const queues = new Set();
  schema.getSubscriptionType().getFields().deviceStatus.subscribe = async function* () {
    const queue = { events: [{ deviceStatus: { ...event(0, true), kind: 'SNAPSHOT' } }], wake() {} };
    queues.add(queue);
    for (;;) {
      while (queue.events.length > 0) yield queue.events.shift();
      await new Promise((resolve) => {
        queue.wake = resolve;
      });
    }
  };
  const port = await listen((server) =>
    useServer({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })),
  );
  const changes = transitions();
  return {
    port,
    change: changes.make,
    async publish() {
      for (const deviceStatus of changes.take()) {
        for (const queue of queues) {
          queue.events.push({ deviceStatus });
          queue.wake();
        }
      }
    },
  };
}

/** The gateway on a database of its own. */
export async function gateway() {
  await import('reflect-metadata');
  const built = (path) => import(`../../../dist/src/${path}`);
  const { startEmbeddedPostgres } = await built('database/embedded-postgres/embedded-postgres.js');
  const { openDatabase } = await built('database/database.js');
  const { entities, migrate } = await built('entities.js');
  const { readConfig } = await built('config.js');
  const { createServices } = await built('services.js');
  const { createLiveServer } = await built('graphql/sockets/live-server.js');
  const { Pipeline } = await built('graphql/execution/pipeline.js');
  const { createSchema } = await built('graphql/schema.js');
  const { sessionPolicies } = await built('server/http-server.js');
  const { graphqlSessionPolicy } = await built('graphql/session-policy.js');
  const { pino } = await import('pino');
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  // The database of a gateway run as root has another user, which must be able to read the folder.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const db = await openDatabase(postgres.url, entities);
  await migrate(db);
  const clock = { now: Date.now() };
  const config = readConfig({
    DATA_DIR: dataDir,
    LIVE_SOCKETS_PER_ADDRESS: '100000',
    LIVE_SOCKETS_PER_USER: '100000',
  });
  const services = createServices(config, {
    db,
    jwtSecrets: ['bench '.repeat(8)],
    clock: () => clock.now,
    sessionPolicies,
  });
  const system = { userId: null, address: null };
  await services.users.create({ username: 'root', password: PASSWORD, roles: ['ADMIN'] }, system);
  const client = { address: '127.0.0.1', deviceId: null, version: null, model: null };
  const credentials = { login: 'root', password: PASSWORD, captcha: 'possible' };
  const { accessToken } = await services.passwordLogins.login(credentials, client, graphqlSessionPolicy);
  const caller = { ...(await services.sessions.authenticate(accessToken)), expiresAt: Infinity };
  const log = pino({ level: 'warn' });
  const pipeline = new Pipeline(createSchema(), config, services.complexityBudget, log);
  const live = createLiveServer(services, pipeline, log);
  const port = await listen((server) => server.on('upgrade', live.upgrade));
  const { heartbeats } = services;
  let online = false;
  return {
    port,
    accessToken,
    async change(events) {
      online = !online;
      if (online) {
        for (let device = 1; device <= events; device++) {
          await heartbeats.beat(caller, { clientId: `bench-${device}`, name: null, clientVersion: null });
        }
      } else {
        for (const end = clock.now + 2 * MINUTE; clock.now < end; clock.now += heartbeats.tickMs) {
          heartbeats.tick();
        }
      }
      await heartbeats.saveTransitions();
    },
    publish: () => heartbeats.announce(),
    async close() {
      await db.close(true);
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
