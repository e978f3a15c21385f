import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deviceScope } from '../../../src/devices/devices.js';
import { callerOf } from '../../support/callers.js';
import { connect, watch } from '../../support/clients/live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const MINUTE = 60_000;
const CUTS = 300;
const RESTART_EVERY = 90;
const DEVICES = 6;
let first: TestGateway;
const gateways: TestGateway[] = [];
let token: string;

beforeAll(async () => {
  first = await startGateway();
  gateways.push(first);
  await first.createUser({ username: 'fleet', password: PASSWORD });
  const query = new URLSearchParams({ username: 'fleet', password: PASSWORD, device: 'm', version: '1' });
  token = (await first.post(`/sys/login-phone?${query}`)).json().data.access_token;
});
afterAll(async () => {
  for (const gateway of gateways.toReversed()) await gateway.close();
});

/** A reproducible sequence of numbers from 0 to 1. */
function seeded(state: number): () => number {
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** A client's view of the fleet, and its cursor, which it keeps when it is disconnected. */
class Subscriber {
  readonly online = new Set<string>();
  cursor: string | null = null;
  resets = 0;
  transitions = 0;

  /** Cursors are opaque to clients, but not to this test. */
  get position() {
    const [epoch = '', offset = ''] = Buffer.from(this.cursor ?? '', 'base64url')
      .toString()
      .split(':');
    return { epoch, offset: Number(offset) };
  }

  take({ kind, cursor, device, devices }: op.DeviceStatusSubscription['deviceStatus']): void {
    const before = this.position;
    this.cursor = cursor;
    if (kind === 'RESET') {
      this.resets += 1;
    } else if (devices) {
      if (kind === 'SNAPSHOT') this.online.clear();
      for (const { id } of devices) this.online.add(id);
    } else {
      // Each transition once, in order, and without a gap.
      expect(this.position).toEqual({ epoch: before.epoch, offset: before.offset + 1 });
      expect(this.online.has(device?.id ?? '')).toBe(kind === 'OFFLINE');
      if (kind === 'ONLINE') this.online.add(device?.id ?? '');
      else this.online.delete(device?.id ?? '');
      this.transitions += 1;
    }
  }
}

test('a client that is disconnected hundreds of times, also by restarts, misses no transition', async () => {
  const random = seeded(7);
  const subscriber = new Subscriber();
  let gateway = first;
  let host = await gateway.listen();
  /** Connects, reads at most `most` events, and disconnects. */
  const read = async (most: number) => {
    if (most === 0) return;
    const client = connect(host, token);
    const events = watch(client, op.DeviceStatusDocument, { since: subscriber.cursor });
    const { log } = gateway.services.heartbeats;
    const scope = deviceScope(await callerOf(gateway, token));
    for (
      let left = most;
      left > 0 && subscriber.cursor !== log.cursor(log.offsetsAt(log.offset), scope);
      left--
    ) {
      const event = await events.next();
      if (event === null) throw new Error('The subscription ended.');
      subscriber.take(event.deviceStatus);
    }
    client.terminate();
  };
  for (let cut = 1; cut <= CUTS; cut++) {
    for (let device = 1; device <= DEVICES; device++) {
      if (random() < 0.4) {
        await gateway.post('/api/heart/check', {}, { authorization: token, 'x-device-id': `cut-${device}` });
      }
    }
    await (random() < 0.4 ? gateway.pass(2 * MINUTE) : gateway.services.heartbeats.announce());
    await read(Math.floor(random() * 5));
    if (cut % RESTART_EVERY === 0) {
      await gateway.services.heartbeats.saveLastSeen();
      gateway = await startGateway({}, gateway);
      gateways.push(gateway);
      host = await gateway.listen();
    }
  }
  await read(Number.POSITIVE_INFINITY);
  const online = [...gateway.services.heartbeats.onlineIds()].map(String);
  expect([...subscriber.online].sort()).toEqual(online.sort());
  expect(subscriber.resets).toBeGreaterThanOrEqual(Math.floor(CUTS / RESTART_EVERY));
  expect(subscriber.transitions).toBeGreaterThan(CUTS);
});
