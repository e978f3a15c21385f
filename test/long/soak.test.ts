import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADMINISTRATOR } from '../nodes/support/fleet.js';
import { signIn } from '../nodes/support/fleet-api.js';
import { createEmptyDatabase, type TestDatabase, withClient } from '../support/database.js';
import { openFolder, stopServers } from '../support/server.js';
import { type Holdings, InspectedServer } from './support/inspected-server.js';
import { legacyToken, SoakLoad } from './support/soak-load.js';

const MINUTES = Number(process.env.GATEHOUSE_SOAK_MINUTES ?? 3);
const SAMPLES = 30;
/** By how much the medians of the second and the last third may differ: caches fill in the first one. */
const GROWTH = { heap: 8 * 1024 ** 2, files: 10, sockets: 10, timers: 20, connections: 3 };

type Sample = Holdings & { readonly connections: number };

let folder: string;
let database: TestDatabase;
let inspected: InspectedServer;

beforeAll(async () => {
  folder = await openFolder();
  database = await createEmptyDatabase();
  inspected = await InspectedServer.start({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: database.url,
    ADMIN_ACCOUNT: ADMINISTRATOR.username,
    ADMIN_PASSWORD: ADMINISTRATOR.password,
    TRUST_PROXY: 'loopback',
  });
});

afterAll(async () => {
  inspected.close();
  await stopServers();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const connectionsOf = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const text =
      'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    return (await client.query(text)).rowCount ?? 0;
  });

const median = (samples: readonly Sample[], of: keyof Sample): number =>
  samples.map((sample) => sample[of]).sort((a, b) => a - b)[samples.length >> 1] ?? 0;

test(
  `memory, files, sockets, timers and connections stay flat for ${MINUTES} minutes`,
  async () => {
    const { token } = await signIn(inspected.host);
    const load = new SoakLoad(
      inspected.host,
      token,
      await legacyToken(inspected.host, ADMINISTRATOR.password),
    );
    const samples: Sample[] = [];
    while (samples.length < SAMPLES) {
      await setTimeout((MINUTES * 60_000) / SAMPLES);
      const connections = await connectionsOf(database.url);
      samples.push({ ...(await inspected.holdings()), connections });
    }
    await load.stop();
    const before = samples.slice(SAMPLES / 3, (SAMPLES * 2) / 3);
    const after = samples.slice((SAMPLES * 2) / 3);
    const names = Object.keys(GROWTH) as (keyof typeof GROWTH)[];
    const medians = names.map((name) => [name, median(before, name), median(after, name)] as const);
    process.stdout.write(`${JSON.stringify({ medians, heartbeats: load.heartbeats, ...load.counts })}\n`);
    expect(load.unexpected).toEqual([]);
    for (const [name, earlier, later] of medians) {
      expect([name, later - earlier <= GROWTH[name]]).toEqual([name, true]);
    }
  },
  (MINUTES + 2) * 60_000,
);
