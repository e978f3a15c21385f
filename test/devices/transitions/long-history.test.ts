import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';

const TRANSITIONS = 2500;
const PAGE = 100;
let gateway: TestGateway;
let token: string;
let id: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root' });
  token = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  const caller = await callerOf(gateway, token);
  const hello = { clientId: 'restless', name: null, clientVersion: null };
  const device = await gateway.services.heartbeats.beat(caller, hello);
  id = nodeId('device', device);
  const start = new Date(gateway.clock.now - 86_400_000).toISOString();
  // Three at a time.
  await gateway.services.db.em.execute(
    `insert into presence_events (device_id, online, at)
     select ?, number % 2 = 1, ?::timestamptz + (number / 3) * interval '1 second'
     from generate_series(1, ?) number`,
    [device, start, TRANSITIONS - 1],
  );
});
afterAll(() => gateway.close());

type Page = Pick<op.DeviceHistoryQueryVariables, 'first' | 'after' | 'last' | 'before'>;
const history = async (page: Page) =>
  (await ask(gateway, op.DeviceHistoryDocument, { id, ...page }, token)).device?.history;

/** The ids of all transitions, page by page. */
async function all(next: (cursor: string | null) => Page, forward: boolean): Promise<string[]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  for (let more = true; more; ) {
    const page: Awaited<ReturnType<typeof history>> = await history(next(cursor));
    pages.push(page?.edges.map(({ node }) => node.id) ?? []);
    cursor = (forward ? page?.pageInfo.endCursor : page?.pageInfo.startCursor) ?? null;
    more = (forward ? page?.pageInfo.hasNextPage : page?.pageInfo.hasPreviousPage) ?? false;
  }
  return (forward ? pages : pages.reverse()).flat();
}

test('pages reach each of thousands of transitions once, forwards and backwards', async () => {
  const forwards = await all((after) => ({ first: PAGE, after }), true);
  expect(new Set(forwards).size).toBe(TRANSITIONS);
  expect(forwards).toHaveLength(TRANSITIONS);
  expect(await all((before) => ({ last: PAGE, before }), false)).toEqual(forwards);
});
