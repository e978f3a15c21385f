import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BeatingDevice } from '../nodes/support/beating-device.js';
import { ADMINISTRATOR } from '../nodes/support/fleet.js';
import { execute, signIn } from '../nodes/support/fleet-api.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

const MEMBER = { username: 'max', password: PASSWORD };
const FLOOD_MS = 15_000;
const BEAT_INTERVAL_MS = 20;
/** Generous: two busy cores run the flood, PostgreSQL and this test, too. */
const MAX_HEARTBEAT_MS = 500;
const MAX_RSS_MIB = 1200;

let folder: string;
let database: TestDatabase;
let server: Server;
let host: string;
/** The token of the administrator, who floods the gateway. */
let flooding: string;
/** The token of another user. */
let token: string;
beforeAll(async () => {
  folder = await openFolder();
  database = await createEmptyDatabase();
  server = startServer({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: database.url,
    ADMIN_ACCOUNT: ADMINISTRATOR.username,
    ADMIN_PASSWORD: ADMINISTRATOR.password,
    TRUST_PROXY: 'loopback',
  });
  host = new URL(await server.url()).host;
  ({ token: flooding } = await signIn(host));
  await execute(host, op.CreateUserDocument, { input: MEMBER }, flooding);
  token = await logIn();
});

afterAll(async () => {
  await stopServers();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function logIn(): Promise<string> {
  const { login } = await execute(host, op.LoginDocument, { input: MEMBER });
  return login.accessToken;
}

async function rssMib(): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** @returns a function that ends the flood, and returns how often it got each status. */
function startFlood(kind: string): () => Promise<Record<string, number>> {
  const child = spawn(process.execPath, ['test/long/support/flood.ts', kind, host, flooding]);
  const output = text(child.stdout);
  return async () => {
    child.kill('SIGTERM');
    return JSON.parse(await output);
  };
}

/** @throws Error if the gateway refuses it. */
async function act(): Promise<void> {
  await execute(host, op.MeDocument, {}, token);
  await logIn();
}

test.each(['operations', 'pipelining', 'logins', 'captchas', 'uploads', 'messages'])(
  'a flood of %s leaves heartbeats, other callers and memory alone',
  async (kind) => {
    const device = new BeatingDevice(host, token, `device beside ${kind}`, BEAT_INTERVAL_MS);
    const endFlood = startFlood(kind);
    let statuses = {};
    let rss = 0;
    let slowestMs = 0;
    const end = performance.now() + FLOOD_MS;
    try {
      while (performance.now() < end) {
        const start = performance.now();
        await act();
        slowestMs = Math.max(slowestMs, performance.now() - start);
        rss = Math.max(rss, await rssMib());
        await setTimeout(500);
      }
    } finally {
      statuses = await endFlood();
      await device.stop();
    }
    const waits = device.beats
      .map(({ sentAt, acknowledgedAt }) => (acknowledgedAt ?? Number.POSITIVE_INFINITY) - sentAt)
      .sort((a, b) => a - b);
    const p99 = waits[Math.floor(waits.length * 0.99)];
    process.stdout.write(
      `${JSON.stringify({ kind, statuses, heartbeats: waits.length, p99, slowestMs, rss })}\n`,
    );
    expect(p99).toBeLessThan(MAX_HEARTBEAT_MS);
    expect(rss).toBeLessThan(MAX_RSS_MIB);
    await act();
  },
  120_000,
);
