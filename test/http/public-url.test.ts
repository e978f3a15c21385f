import { afterEach, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../support/callers.js';
import { connect, watch } from '../support/clients/live.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { publishRelease } from '../support/releases.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

const forwarded = {
  host: 'inner:8080',
  'x-forwarded-proto': 'http, https',
  'x-forwarded-host': 'forged, fleet.example',
};

class Forwarded extends WebSocket {
  constructor(url: string, protocols: string) {
    super(url, protocols, { headers: forwarded });
  }
}

/** The link of a `releasePublished` event over a socket whose upgrade request has these headers. */
async function linkOverSocket(): Promise<string | undefined> {
  await createCallers(gateway);
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const host = await gateway.listen();
  const client = connect(host, accessToken, { webSocketImpl: Forwarded });
  const start = Buffer.from('release:0').toString('base64url');
  await publishRelease(gateway, '1');
  const subscription = watch(client, op.ReleasePublishedDocument, { since: start });
  const event = await subscription.next();
  await subscription.stop();
  await client.dispose();
  return event?.releasePublished.release.url;
}

test('links over a socket have the host that a trusted proxy forwards', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  expect(await linkOverSocket()).toBe('https://fleet.example/dist/app-1.zip');
});

test('links over a socket ignore the headers of an untrusted proxy', async () => {
  gateway = await startGateway();
  expect(await linkOverSocket()).toBe('http://inner:8080/dist/app-1.zip');
});

test('links over a socket start with PUBLIC_URL if it is set', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback', PUBLIC_URL: 'https://gate.example' });
  expect(await linkOverSocket()).toBe('https://gate.example/dist/app-1.zip');
});
