import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const subscription = 'subscription { releasePublished { __typename } }';
const hint =
  'Subscriptions are served over WebSocket only: connect to the same URL with the protocol graphql-transport-ws.';

test.each([
  ['JSON', 'application/json', 400],
  ['anything', '*/*', 400],
  ['several parts', 'multipart/mixed;subscriptionSpec="1.0", application/json', 400],
  ['JSON and events', 'application/graphql-response+json, application/json, text/event-stream', 400],
  ['events only', 'text/event-stream', 406],
  ['events of a charset only', 'text/event-stream; charset=utf-8', 406],
])('a subscription that accepts %s gets a hint to use a WebSocket', async (_what, accept, status) => {
  for (const url of ['/graphql', '/graphql/']) {
    const posted = await gateway.post(url, { query: subscription }, { accept });
    const fetched = await gateway.app.inject({
      method: 'GET',
      url: `${url}?query=${encodeURIComponent(subscription)}`,
      headers: { accept },
    });
    for (const answer of [posted, fetched]) {
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toMatchObject({ errors: [{ message: hint }] });
    }
  }
  expect(gateway.logged()).not.toMatch(/"level":[56]0/);
});

test.each(['PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
  '%s is answered with the supported methods',
  async (method) => {
    const payload = { query: '{ __typename }' };
    const answer = await gateway.app.inject({ method: method as 'PUT', url: '/graphql', payload });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, POST']);
    expect(answer.json()).toEqual({
      errors: [{ message: 'Only GET and POST are supported.', extensions: { code: 'INVALID_INPUT' } }],
    });
  },
);
