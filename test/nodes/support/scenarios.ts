import { spawnSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { randomFrom } from '../../support/random.js';
import { ADMINISTRATOR, type Fleet } from './fleet.js';
import { post } from './fleet-api.js';
import { download, interruptedUpload, newestVersion, nextVersion, upload } from './packages.js';
import { Round } from './round.js';

/** Something that happens while devices send heartbeats and subscribers listen. @param random from 0 to 1 */
export type Scenario = (round: Round, random: () => number) => Promise<void>;

export const pick = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T;

/** PostgreSQL does not answer while each device sends so many heartbeats. */
export function databaseStops(beats: number): Scenario {
  return async (round) => {
    const { postgres, nginx } = round.fleet;
    const { username, password } = ADMINISTRATOR;
    const logIn = () =>
      post(nginx.host, '/sys/login-phone', { username, password, device: 'd', version: '1' });
    await round.beatAtAllNodes();
    await postgres.pause();
    try {
      expect(await logIn()).toEqual({
        status: 200,
        body: { status: expect.any(Number), msg: expect.any(String), data: null, ok: false },
      });
      for (let beat = 0; beat < beats; beat++) await round.pass(1);
    } finally {
      await postgres.resume();
    }
    await eventually(async () => (await logIn()).body.ok);
  };
}

const scenariosByName: Record<string, Scenario> = {
  async 'a node is killed, and starts again'(round, random) {
    const node = pick(round.fleet.nodes, random);
    await node.end('SIGKILL');
    await round.pass(2);
    await node.start();
  },

  async 'nodes are replaced one by one'(round) {
    for (const node of round.fleet.nodes) {
      expect(await node.end('SIGTERM')).toBe(0);
      await node.start();
      await round.pass(1);
    }
  },

  async 'a session is revoked'(round, random) {
    await round.revoke(pick(round.sessions, random), pick(round.fleet.nodes, random).host);
  },

  async 'Redis restarts'(round) {
    await round.fleet.redis.kill();
    await round.pass(1);
    await round.fleet.redis.restart();
  },

  async 'Redis hangs'(round) {
    round.fleet.redis.pause();
    await round.pass(3);
    round.fleet.redis.resume();
  },

  async 'Redis is emptied'(round) {
    round.lossAt = performance.now();
    spawnSync('redis-cli', ['-p', String(round.fleet.redis.port), 'flushall']);
    await round.pass(1);
  },

  async 'the connections to Redis are cut'(round) {
    for (const { redisLink } of round.fleet.nodes) redisLink.disconnect();
    await round.pass(3);
    for (const { redisLink } of round.fleet.nodes) redisLink.reconnect();
  },

  // For longer than a device may be silent: its devices may send all heartbeats to this node.
  async 'one node cannot reach Redis'(round, random) {
    const { redisLink } = pick(round.fleet.nodes, random);
    redisLink.disconnect();
    await round.pass(4);
    redisLink.reconnect();
  },

  async 'a node stops while Redis hangs'(round, random) {
    const node = pick(round.fleet.nodes, random);
    round.fleet.redis.pause();
    expect(await node.end('SIGTERM')).toBe(0);
    round.fleet.redis.resume();
    await node.start();
  },

  'PostgreSQL stops, and starts again': databaseStops(2),

  async 'S3 is away during an upload'(round) {
    const { s3Link, nginx } = round.fleet;
    const version = nextVersion();
    const { status, body } = await interruptedUpload(nginx.host, round.token, version, () =>
      s3Link.disconnect(),
    );
    expect(body).toEqual({ data: null, meta: { msg: expect.any(String), status } });
    expect(await newestVersion(nginx.host)).not.toBe(version);
    s3Link.reconnect();
    const content = await upload(nginx.host, round.token, version);
    expect(await newestVersion(nginx.host)).toBe(version);
    expect(content.equals(await download(nginx.host, version))).toBe(true);
  },
};

export const scenarios: readonly (readonly [name: string, scenario: Scenario])[] =
  Object.entries(scenariosByName);

/** Runs a scenario in a round of its own. @returns what is wrong with the transitions. */
export async function violationsIn(fleet: Fleet, scenario: Scenario, seed: number): Promise<string[]> {
  const round = await Round.start(fleet);
  await scenario(round, randomFrom(seed));
  await round.settle();
  return round.end();
}
