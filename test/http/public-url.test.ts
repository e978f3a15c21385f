import { Readable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import * as op from '../generated/graphql.js';
import { createCallers, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { connect, watch } from '../support/live.js';

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

/** The link to a package, as `releasePublished` tells it over a socket that came with these headers. */
async function linkOverSocket(): Promise<string | undefined> {
  await createCallers(gateway);
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const host = await gateway.listen();
  const { releases } = gateway.services;
  const client = connect(host, accessToken, { webSocketImpl: Forwarded });
  const start = Buffer.from('release:0').toString('base64url');
  const staged = await releases.receive(Readable.from(['package']));
  const details = { version: '1', channel: 'stable', notes: null, sha256: null };
  await releases.publish({ name: 'app.zip', staged }, details, { userId: null, address: null });
  const watched = watch(client, op.ReleasePublishedDocument, { since: start });
  const event = await watched.next();
  await watched.stop();
  await client.dispose();
  return event?.releasePublished.release.url;
}

test('behind a trusted proxy, links over a socket lead to where the client called', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  expect(await linkOverSocket()).toBe('https://fleet.example/dist/app-1.zip');
});

test('what nobody trusted says changes no link', async () => {
  gateway = await startGateway();
  expect(await linkOverSocket()).toBe('http://inner:8080/dist/app-1.zip');
});

test('a configured address is the base of all links', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback', PUBLIC_URL: 'https://gate.example' });
  expect(await linkOverSocket()).toBe('https://gate.example/dist/app-1.zip');
});
