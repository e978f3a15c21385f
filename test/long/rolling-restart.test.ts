import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BeatingDevice } from '../nodes/support/beating-device.js';
import { Fleet, type GatewayNode, INTERVAL_MS } from '../nodes/support/fleet.js';
import { signIn } from '../nodes/support/fleet-api.js';
import { LiveSubscriber } from '../nodes/support/live-subscriber.js';
import { interruptedUpload, newestVersion, nextVersion } from '../nodes/support/packages.js';
import { Requests } from '../nodes/support/requests.js';
import { eventually } from '../support/eventually.js';

const CLIENTS = 8;
const SUBSCRIBERS = 1000;
const DEVICES = 5;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start(undefined, {
    LIVE_SOCKETS_PER_USER: String(2 * SUBSCRIBERS),
    LIVE_SOCKETS_PER_ADDRESS: String(2 * SUBSCRIBERS),
  });
});
afterAll(() => fleet.stop());

async function replace(node: GatewayNode): Promise<void> {
  expect(await node.end('SIGTERM')).toBe(0);
  await node.start();
}

test('every request is answered while nodes are replaced one by one', async () => {
  const { host } = fleet.nginx;
  const tokens: string[] = [];
  for (let client = 0; client < CLIENTS; client++) tokens.push((await signIn(host)).token);
  const requests = new Requests(host, tokens);
  for (const node of fleet.nodes) await replace(node);
  await requests.stop();
  expect(requests.failures).toEqual([]);
  expect(requests.succeeded).toBeGreaterThan(0);
});

test('an upload is published although its node has been stopped in its middle', async () => {
  const { host } = fleet.nginx;
  const version = nextVersion();
  let replaced: Promise<void>[] = [];
  const { token } = await signIn(host);
  const answer = await interruptedUpload(host, token, version, async () => {
    // Any of them may receive the upload.
    replaced = fleet.nodes.map(replace);
    await setTimeout(1000);
  });
  expect(answer.status).toBe(200);
  await Promise.all(replaced);
  expect(await newestVersion(host)).toBe(version);
});

test(`${SUBSCRIBERS} subscribers connect again in steps, and miss nothing`, async () => {
  const [node] = fleet.nodes;
  if (!node) throw new Error('The fleet has no node.');
  const { token } = await signIn(fleet.nginx.host);
  const devices = Array.from(
    { length: DEVICES },
    (_, index) => new BeatingDevice(fleet.nginx.host, token, `subscribed-${index}`, INTERVAL_MS),
  );
  const subscribers = Array.from({ length: SUBSCRIBERS }, () => new LiveSubscriber(fleet.nginx.host, token));
  await eventually(async () => subscribers.every(({ online }) => online.size === DEVICES));
  const ends: number[] = [];
  for (const { firstEnd } of subscribers) firstEnd.then(() => ends.push(performance.now()));
  await replace(node);
  await devices.pop()?.stop();
  await eventually(async () => subscribers.every(({ online }) => online.size === DEVICES - 1));
  // Those of one node in three.
  expect(ends.length).toBeGreaterThan(SUBSCRIBERS / 10);
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(500);
  // A snapshot after a RESET would hide what a subscriber has missed.
  const kinds = new Set(subscribers.flatMap(({ events }) => events.slice(1).map(({ kind }) => kind)));
  expect(kinds).not.toContain('RESET');
  await Promise.all([...subscribers, ...devices].map((each) => each.stop()));
});
