import { once } from 'node:events';
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectClient } from '../../../src/database/connections/failover-client.js';
import { type Database, openDatabase } from '../../../src/database/database.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/database/embedded-postgres/embedded-postgres.js';
import { limitHolds } from '../../../src/database/pool-connections.js';
import { reasonOf } from '../../../src/database/reason.js';
import { unavailableDatabase } from '../../../src/database/unavailable.js';
import { entities, migrate } from '../../../src/entities.js';
import { DomainError } from '../../../src/errors.js';
import { createEmptyDatabase, withClient } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { createCertificates } from '../../support/infrastructure/certificates.js';
import { openFolder } from '../../support/server.js';

let folder: string;
let postgres: EmbeddedPostgres;
let user: string;
let port: string;
let ipv6: Server;
/** `port` of a forwarder that listens on ::1. */
let ipv6Port: number;

beforeAll(async () => {
  folder = await openFolder();
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const url = new URL(postgres.url);
  user = `${url.username}:${url.password}`;
  port = url.port;
  await createCertificates(folder, 'DNS:localhost');
  await enableTls();
  ipv6 = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
  }).listen(0, '::1');
  await once(ipv6, 'listening');
  const address = ipv6.address();
  ipv6Port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(async () => {
  ipv6.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** With the key where the system user of PostgreSQL may read it. */
async function enableTls(): Promise<void> {
  const { uid, gid } = await stat(join(folder, 'data', 'postgres'));
  for (const name of ['server.key', 'server.crt']) {
    await chmod(join(folder, name), 0o600);
    await chown(join(folder, name), uid, gid);
  }
  await withClient(postgres.url, async (client) => {
    await client.query(`alter system set ssl_key_file = '${join(folder, 'server.key')}'`);
    await client.query(`alter system set ssl_cert_file = '${join(folder, 'server.crt')}'`);
    await client.query('alter system set ssl = on');
    await client.query(`create role reader login password 'reader'`);
    await client.query('create database readonly');
    await client.query('alter database readonly set default_transaction_read_only = on');
    await client.query('select pg_reload_conf()');
  });
}

/** What a pool that is opened with this URL finds, or the sentence of its failure. */
async function find(url: string, column: string): Promise<unknown> {
  try {
    const db = await openDatabase(url, entities);
    const [row] = await db.em.execute<{ found: unknown }[]>(
      `select ${column} as found from pg_stat_ssl where pid = pg_backend_pid()`,
    );
    await db.close(true);
    return row?.found;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

const failure = (reason: RegExp) =>
  expect.stringMatching(`^The database .* cannot be reached: .*${reason.source}.*\\.$`);

describe('sslmode', () => {
  test.each([
    ['localhost', 'sslmode=disable', false],
    ['localhost', 'sslmode=allow', false],
    ['localhost', 'sslmode=prefer', true],
    ['localhost', 'sslmode=require', true],
    ['localhost', 'ssl=true', true],
    ['localhost', 'sslmode=require&sslnegotiation=direct', true],
    ['localhost', 'sslmode=require&ssl_min_protocol_version=TLSv1.3', true],
    ['localhost', 'sslmode=require&sslrootcert=other.crt', failure(/certificate/)],
    ['localhost', 'sslmode=verify-ca&sslrootcert=ca.crt', true],
    ['127.0.0.1', 'sslmode=verify-ca&sslrootcert=ca.crt', true],
    ['localhost', 'sslmode=verify-ca&sslrootcert=other.crt', failure(/certificate/)],
    ['localhost', 'sslmode=verify-full&sslrootcert=ca.crt', true],
    ['localhost', 'sslmode=verify-full&hostaddr=127.0.0.1&sslrootcert=ca.crt', true],
    ['127.0.0.1', 'sslmode=verify-full&sslrootcert=ca.crt', failure(/not in the cert's list/)],
    ['other.example', 'sslmode=verify-full&hostaddr=127.0.0.1&sslrootcert=ca.crt', failure(/altnames/)],
    ['localhost', 'sslmode=verify-full&sslrootcert=other.crt', failure(/certificate/)],
    ['localhost', 'sslmode=verify-full', failure(/certificate/)],
  ])('%s with %s', async (host, parameters, expected) => {
    const files = parameters.replace(/(?<=sslrootcert=).*/, (name) => encodeURIComponent(join(folder, name)));
    expect(await find(`postgresql://${user}@${host}:${port}/postgres?${files}`, 'ssl')).toEqual(expected);
  });

  test('is prefer by default', async () => {
    expect(await find(`postgresql://${user}@localhost:${port}/postgres`, 'ssl')).toBe(true);
  });

  test('names the certificate that cannot be read', async () => {
    const url = `postgresql://${user}@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=/nowhere`;
    expect(await find(url, 'ssl')).toEqual(
      expect.stringMatching(/^The file of sslrootcert in DATABASE_URL cannot be read \(.*ENOENT.*\)\.$/),
    );
  });

  test('falls back to plain text only where it may, on a server without TLS', async () => {
    const plain = await createEmptyDatabase();
    const url = plain.url.replace(/\?.*/, '');
    expect(await find(url, 'ssl')).toBe(false);
    expect(await find(`${url}?sslmode=require`, 'ssl')).toEqual(failure(/does not support SSL/));
    expect(await find(`${url}?sslmode=verify-full`, 'ssl')).toEqual(failure(/does not support SSL/));
    expect(await find(`${url}-gone?sslmode=allow`, 'ssl')).toEqual(failure(/does not exist/));
    await plain.drop();
  });
});

describe('honours', () => {
  test.each([
    ['options', 'options=-c%20work_mem%3D5MB', "current_setting('work_mem')", '5MB'],
    ['application_name', 'application_name=fleet', "current_setting('application_name')", 'fleet'],
    ['its own application name', '', "current_setting('application_name')", 'gatehouse'],
  ])('%s', async (_name, parameters, column, expected) => {
    expect(await find(`postgresql://${user}@127.0.0.1:${port}/postgres?${parameters}`, column)).toBe(
      expected,
    );
  });

  test('an IPv6 address', async () => {
    expect(await find(`postgresql://${user}@[::1]:${ipv6Port}/postgres`, 'ssl')).toBe(true);
  });

  test('several hosts, of which the first does not answer', async () => {
    const hosts = `127.0.0.1:1,localhost:${port}`;
    expect(await find(`postgresql://${user}@${hosts}/postgres`, 'ssl')).toBe(true);
    const client = await connectClient(`postgresql://${user}@${hosts}/postgres?sslmode=disable`);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  test('several hosts, and waits for one that does not answer only once', async () => {
    let waits = 0;
    const silent = createServer((client) => {
      waits++;
      client.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const silentPort = typeof address === 'object' ? address?.port : 0;
    const hosts = `127.0.0.1:${silentPort},localhost:${port}`;
    const db = await openDatabase(`postgresql://${user}@${hosts}/postgres?connect_timeout=1`, entities);
    await Promise.all([1, 2, 3].map((value) => db.em.fork().execute(`select ${value} from pg_sleep(0.1)`)));
    expect(waits).toBe(1);
    await db.close(true);
    silent.close();
  });

  test('target_session_attrs', async () => {
    const url = `postgresql://${user}@localhost:${port}/readonly`;
    expect(await find(url, '1')).toBe(1);
    expect(await find(`${url}?target_session_attrs=primary`, '1')).toBe(1);
    expect(await find(`${url}?target_session_attrs=read-write`, '1')).toEqual(
      failure(/the server is read-only/),
    );
  });
});

test('a server that ends a connection as soon as it is open is no uncaught exception', async () => {
  const message = (type: string, body: string) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
  };
  // AuthenticationOk, ReadyForQuery and ErrorResponse: https://www.postgresql.org/docs/18/protocol-message-formats.html
  const answer = Buffer.concat([
    message('R', '\0\0\0\0'),
    message('Z', 'I'),
    message('E', 'SFATAL\0C57P01\0Mterminating connection\0\0'),
  ]);
  const server = createServer((client) => {
    client.on('error', () => {}).once('data', () => client.end(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const serverPort = typeof address === 'object' ? address?.port : 0;
  const url = `postgresql://${user}@127.0.0.1:${serverPort}/postgres?sslmode=disable`;
  expect(await find(url, '1')).toEqual(failure(/./));
  server.close();
});

describe('statements are unavailable, not faulty, while', () => {
  const administer = (...statements: string[]) =>
    withClient(postgres.url, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tenant'`;
  beforeAll(() =>
    administer(`create role tenant login password 'tenant'`, 'create database tenant owner tenant'),
  );

  test.each([
    [
      'the password is another one',
      `alter role tenant password 'other'`,
      `alter role tenant password 'tenant'`,
    ],
    ['the role may not log in', 'alter role tenant nologin', 'alter role tenant login'],
    [
      'the database allows no connections',
      'alter database tenant allow_connections false',
      'alter database tenant allow_connections true',
    ],
  ])('%s', async (_name, change, undo) => {
    const db = await openDatabase(`postgresql://tenant:tenant@localhost:${port}/tenant`, entities);
    const query = () => db.em.fork().execute('select 1');
    await administer(change, cut);
    await eventually(async () => (await query().catch(unavailableDatabase)) instanceof DomainError);
    const failed = await query().catch(unavailableDatabase);
    expect(failed).toMatchObject({ code: 'UNAVAILABLE' });
    await administer(undo);
    await query();
    await db.close(true);
  });

  test('the role may not read a table', async () => {
    const db = await openDatabase(`postgresql://tenant:tenant@localhost:${port}/tenant`, entities);
    const failed = await db.em.execute('select * from pg_authid').catch(unavailableDatabase);
    expect(failed).toMatchObject({ code: 'UNAVAILABLE' });
    await db.close(true);
  });
});

describe('a connection that is held for too long', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase(postgres.url, entities);
    await limitHolds(db, 1000);
  });
  afterAll(() => db.close(true));
  const query = (sql: string) => db.em.fork().execute<{ value: number }[]>(sql);

  test('is replaced when its backend has stopped while others answer', async () => {
    const [backend] = await query('select pg_backend_pid() as value');
    const pid = backend?.value ?? 0;
    process.kill(pid, 'SIGSTOP');
    const [first, second] = await Promise.all([
      query('select 1 as value').catch(unavailableDatabase),
      query('select 2 as value'),
    ]);
    process.kill(pid, 'SIGCONT');
    expect(first).toMatchObject({ code: 'UNAVAILABLE' });
    expect(second).toEqual([{ value: 2 }]);
    expect(await query('select 3 as value')).toEqual([{ value: 3 }]);
  });

  test('leaves its place in the pool when it ends in a transaction', async () => {
    const { options, totalCount: before } = await db.driver.getConnection().getNativeClient();
    const cut = () =>
      db.em.fork().transactional((em) => em.execute('select pg_terminate_backend(pg_backend_pid())'));
    for (let count = 0; count < options.max; count++) await expect(cut()).rejects.toThrow();
    const { totalCount } = await db.driver.getConnection().getNativeClient();
    expect(totalCount).toBeLessThanOrEqual(before);
    expect(await db.em.fork().transactional((em) => em.execute('select 4 as value'))).toEqual([{ value: 4 }]);
  });

  test('leaves a pool that ended while it was opened', async () => {
    const closing = await openDatabase(postgres.url, entities);
    // The pool has one connection, so the other statement opens a second one.
    const statements = [1, 2].map(() => closing.em.fork().execute('select 1').catch(reasonOf));
    await nextTurn();
    await closing.close(true);
    await Promise.all(statements);
  });

  test('waits for a lock only for a part of the time', async () => {
    await query('create table locked (id int)');
    await withClient(postgres.url, async (client) => {
      await client.query('begin; lock table locked');
      const failed = await query('insert into locked values (1)').catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: '55P03' });
      expect(unavailableDatabase(failed)).toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

  test('ends its statement on the server, too', async () => {
    await expect(query('select pg_sleep(600)')).rejects.toThrow('Connection terminated');
    await eventually(async () => {
      const sleeping = `select 1 from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'`;
      return (await query(sleeping)).length === 0;
    });
  });
});

describe('says in one sentence that', () => {
  test.each([
    [
      'the database is missing',
      () => `postgresql://${user}@localhost:${port}/missing`,
      /"missing" does not exist/,
    ],
    [
      'the password is wrong',
      () => `postgresql://gatehouse:wrong@localhost:${port}/postgres`,
      /password authentication failed/,
    ],
    [
      'the role is missing',
      () => `postgresql://nobody:wrong@localhost:${port}/postgres`,
      /authentication failed/,
    ],
    ['no server listens', () => `postgresql://${user}@localhost:1/postgres`, /ECONNREFUSED/],
    ['the host is unknown', () => `postgresql://${user}@nowhere.invalid/postgres`, /nowhere\.invalid/],
    ['the socket is missing', () => `postgresql://${user}@/postgres?host=/nowhere`, /ENOENT/],
  ])('%s', async (_name, url, reason) => {
    const sentence = await find(url(), '1');
    expect(sentence).toEqual(failure(reason));
    expect(sentence).not.toContain(new URL(postgres.url).password);
  });

  test.each([
    [
      'the role may not create tables',
      () => `postgresql://reader:reader@localhost:${port}/postgres`,
      /permission denied for schema public/,
    ],
    [
      'the database is read-only',
      () => `postgresql://${user}@localhost:${port}/readonly`,
      /read-only transaction/,
    ],
  ])('%s', async (_name, url, reason) => {
    const db = await openDatabase(url(), entities);
    const failed = await migrate(db).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(`^The database cannot be migrated: .*${reason.source}.*\\.$`),
    });
    await db.close(true);
  });
});
