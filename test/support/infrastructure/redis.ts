import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { connectRedis, type RedisConnection } from '../../../src/redis/connection.js';
import { parseRedisUrl } from '../../../src/settings/redis-url.js';
import { eventually } from '../eventually.js';
import { freePort } from './ports.js';

const installed = spawnSync('redis-server', ['--version']).status === 0;

/** Skips tests that require Redis where it is not installed; the CI host has it. */
export const describeWithRedis = installed || process.env.CI ? describe : describe.skip;

/** A running `redis-server`. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Connects as a gateway does. The test must close the connection. */
  connect(): Promise<RedisConnection>;
  /** Freezes the server, which stays connected, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, without its data, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings of redis.conf, by name. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  return startServer(await freePort(), [], { save: '', ...settings });
}

/** Starts a sentinel that watches a primary under a name. */
export async function startSentinel(name: string, primaryPort: number): Promise<TestRedis> {
  return startServer(await freePort(), ['--sentinel'], {
    'sentinel monitor': `${name} 127.0.0.1 ${primaryPort} 1`,
  });
}

const SLOTS = 16_384;

/** Starts a cluster of three primaries. */
export async function startCluster(): Promise<TestRedis[]> {
  const busPorts = [await freePort(), await freePort(), await freePort()];
  const nodes: TestRedis[] = [];
  for (const [index, busPort] of busPorts.entries()) {
    const node = await startRedis({ 'cluster-enabled': 'yes', 'cluster-port': String(busPort) });
    nodes.push(node);
    const [first, end] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / busPorts.length));
    command(node, 'cluster', 'addslotsrange', `${first}`, `${(end ?? 0) - 1}`);
    command(node, 'cluster', 'meet', '127.0.0.1', `${nodes[0]?.port}`, `${busPorts[0]}`);
  }
  await eventually(async () =>
    nodes.every((node) => command(node, 'cluster', 'info').includes('cluster_state:ok')),
  );
  return nodes;
}

const command = ({ port }: Pick<TestRedis, 'port'>, ...words: string[]): string =>
  spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout;

async function startServer(
  port: number,
  flags: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'));
  const file = join(folder, 'redis.conf');
  const options = { bind: '127.0.0.1', port: String(port), dir: folder, ...settings };
  const lines = Object.entries(options).map(([name, value]) => `${name} ${value || '""'}\n`);
  await writeFile(file, lines.join(''));
  let child: ChildProcess;
  const start = async () => {
    child = spawn('redis-server', [file, ...flags], { stdio: 'ignore' });
    await eventually(async () => spawnSync('redis-cli', ['-p', String(port), 'info']).status === 0);
  };
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    port,
    connect: () => connectRedis(parseRedisUrl(url)),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: end,
    restart: start,
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
