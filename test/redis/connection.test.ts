import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { connectRedis } from '../../src/redis/connection.js';
import { probeCluster } from '../../src/redis/probe.js';
import { problemOf } from '../../src/redis/problem.js';
import { parseRedisUrl } from '../../src/settings/redis-url.js';
import { eventually } from '../support/eventually.js';
import { createCertificates } from '../support/infrastructure/certificates.js';
import { freePort } from '../support/infrastructure/ports.js';
import {
  describeWithRedis,
  startCluster,
  startRedis,
  startSentinel,
  type TestRedis,
} from '../support/infrastructure/redis.js';
import { openFolder } from '../support/server.js';

const servers: TestRedis[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(settings: Record<string, string> = {}): Promise<TestRedis> {
  const server = await startRedis(settings);
  servers.push(server);
  return server;
}

/** @returns the sentence of a start that fails. */
async function refusal(url: string): Promise<string> {
  const outcome = await connectRedis(parseRedisUrl(url)).catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error('The start did not fail.');
  return `${outcome.name}: ${outcome.message}`;
}

describeWithRedis('a connection to Redis', () => {
  test('is refused where nothing listens', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const sentence = `StartError: Redis at ${host}, which REDIS_URL names, cannot be reached: connect ECONNREFUSED ${host}.`;
    expect(await refusal(`redis://${host}`)).toBe(sentence);
    expect(await refusal(`redis://${host}?cluster=true`)).toBe(sentence);
  });

  test('is refused with wrong credentials', async () => {
    const { url, port } = await start({ requirepass: 'right' });
    const host = `127.0.0.1:${port}`;
    for (const [wrong, code] of [
      [url, 'NOAUTH'],
      [`redis://:wrong@${host}`, 'WRONGPASS'],
      [`redis://:wrong@${host}?cluster=true`, 'WRONGPASS'],
    ] as const) {
      expect(await refusal(wrong)).toMatch(
        new RegExp(`^StartError: Redis at ${host} refuses the credentials of REDIS_URL: ${code} [^\\n]+\\.$`),
      );
    }
    const connection = await connectRedis(parseRedisUrl(`redis://:right@${host}/3`));
    expect(await connection.client.ping()).toBe('PONG');
    connection.close();
  });

  test('is encrypted, and refused where the certificate or the scheme is wrong', async () => {
    const folder = await openFolder();
    await createCertificates(folder, 'IP:127.0.0.1');
    const file = (name: string) => join(folder, name).replaceAll(' ', '%20');
    const tlsPort = await freePort();
    const { port } = await start({
      'tls-port': String(tlsPort),
      'tls-cert-file': `"${join(folder, 'server.crt')}"`,
      'tls-key-file': `"${join(folder, 'server.key')}"`,
      'tls-ca-cert-file': `"${join(folder, 'ca.crt')}"`,
      'tls-auth-clients': 'no',
    });
    const url = `rediss://127.0.0.1:${tlsPort}`;
    const { client, close } = await connectRedis(parseRedisUrl(`${url}?ca=${file('ca.crt')}`));
    expect(await client.ping()).toBe('PONG');
    close();
    const advice = / cannot be reached: .*: set the parameter ca to the file of its authority\.$/;
    expect(await refusal(url)).toMatch(advice);
    expect(await refusal(`${url}?ca=${file('other.crt')}`)).toMatch(advice);
    expect(await refusal(`${url}?ca=${file('none.crt')}`)).toMatch(
      /^StartError: The file of ca in REDIS_URL cannot be read \(ENOENT: .*\)\.$/,
    );
    expect(await refusal(`rediss://127.0.0.1:${port}`)).toMatch(
      /: if the server has no TLS, use redis:\/\/ instead of rediss:\/\/\.$/,
    );
    expect(await refusal(`redis://127.0.0.1:${tlsPort}`)).toMatch(/ cannot be reached: .+\.$/);
    await rm(folder, { recursive: true });
  });

  test('is refused where the version is too old', async () => {
    // No such version can be installed: this one answers nothing but INFO.
    const info = 'redis_version:6.0.16\r\nloading:0\r\n';
    const answer = (command: string) =>
      /\binfo\b/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n';
    const old = createServer((socket) => {
      socket.on('data', (data) => {
        const commands = String(data).split(/(?=\*\d+\r\n)/);
        socket.write(commands.map(answer).join(''));
      });
    });
    await once(old.listen(0, '127.0.0.1'), 'listening');
    const { port } = old.address() as AddressInfo;
    expect(await refusal(`redis://127.0.0.1:${port}`)).toBe(
      `StartError: Redis at 127.0.0.1:${port} has version 6.0.16: version 7 of Redis or Valkey is required.`,
    );
    old.close();
  });

  test('is refused where data may be evicted', async () => {
    const { url } = await start({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' });
    expect(await refusal(url)).toMatch(
      / may evict data .* set its maxmemory-policy to noeviction instead of allkeys-lru\.$/,
    );
  });

  test('warns of a server that keeps no append-only file', async () => {
    const [without, withFile] = [await start(), await start({ appendonly: 'yes' })];
    for (const [server, warnings] of [
      [without, [expect.stringMatching(/keeps no append-only file: .*\.$/)]],
      [withFile, []],
    ] as const) {
      const connection = await server.connect();
      expect(connection.warnings).toEqual(warnings);
      connection.close();
    }
  });

  test('is refused to a replica, and to a node of a cluster that is not named as one', async () => {
    const primary = await start();
    const replica = await start({ replicaof: `127.0.0.1 ${primary.port}` });
    expect(await refusal(replica.url)).toMatch(/ is a replica: REDIS_URL must name the primary\.$/);
    const node = await start({ 'cluster-enabled': 'yes' });
    expect(await refusal(node.url)).toMatch(/ is part of a cluster: add cluster=true to REDIS_URL\.$/);
    expect(await refusal(`${primary.url}?cluster=true`)).toMatch(
      / cannot be reached: .*cluster support disabled\.$/,
    );
  });

  test('is to the primary that sentinels name', async () => {
    const primary = await start();
    const sentinel = await startSentinel('main', primary.port);
    servers.push(sentinel);
    const host = `127.0.0.1:${sentinel.port}`;
    const connection = await connectRedis(parseRedisUrl(`redis://${host}?sentinel=main`));
    expect(await connection.client.info('server')).toContain(`tcp_port:${primary.port}\r\n`);
    connection.close();
    expect(await refusal(`redis://${host}?sentinel=other`)).toBe(
      `StartError: Redis at ${host}, which REDIS_URL names, cannot be reached: no sentinel knows the address of the primary other.`,
    );
  });

  test('is to all nodes of a cluster', async () => {
    const cluster = await startCluster();
    servers.push(...cluster);
    const [first] = cluster;
    const { client, warnings, close } = await connectRedis(parseRedisUrl(`${first?.url}?cluster=true`));
    expect(warnings).toHaveLength(1);
    for (const key of ['a', 'b', 'c', 'd']) {
      // A command times out where a busy machine stops the test for seconds.
      await eventually(async () => (await client.set(key, key).catch(() => null)) === 'OK');
    }
    const isWhole = () =>
      probeCluster(client).then(
        () => true,
        () => false,
      );
    await eventually(isWhole);
    await cluster.at(-1)?.kill();
    await eventually(async () => !(await isWhole()));
    close();
  });

  test('that fails a command says why without an address', async () => {
    const full = await start({ maxmemory: '1' });
    const { client, close } = await full.connect();
    const failure = () =>
      client.set('key', 'value').then(
        () => 'none',
        (error) => problemOf(error),
      );
    expect(await failure()).toBe('Redis refuses commands: OOM.');
    await full.kill();
    expect(await failure()).toBe('Redis does not answer.');
    close();
  });

  test('comes back by itself after the server was away, and fails commands at once meanwhile', async () => {
    const server = await start();
    const { client, close } = await server.connect();
    await server.kill();
    await expect(client.ping()).rejects.toThrow();
    await server.restart();
    await new Promise((resolve) => client.once('ready', resolve));
    expect(await client.ping()).toBe('PONG');
    close();
  });
});
