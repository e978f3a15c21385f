import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserStatus } from '../../src/users/user.entity.js';
import * as op from '../generated/graphql.js';
import { send } from '../support/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const PASSWORD = 'correct horse';
/** Fewer than the failures after which an account is asked for a captcha. */
const SAMPLES = 9;
/** A hash takes tens of milliseconds, all else a few: to leave it out shows as 5 or more. */
const MOST_APART = 2.5;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  for (const username of ['ada', 'ben']) await gateway.createUser({ username, password: PASSWORD });
  for (const username of ['cid', 'dot']) {
    await gateway.createUser({ username, password: PASSWORD, status: UserStatus.DISABLED });
  }
  await gateway.createUser({ username: 'eve', phone: '13900000001' });
});
afterAll(() => gateway.close());

const attempts = {
  'an unknown user': { username: 'nobody', password: PASSWORD },
  'a wrong password': { username: 'ada', password: 'wrong password' },
  'a disabled account': { username: 'cid', password: PASSWORD },
  'a disabled account and a wrong password': { username: 'dot', password: 'wrong password' },
  'an account without a password': { username: 'eve', password: PASSWORD },
};

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

test('nobody can tell from its answer or its time why a login failed', async () => {
  const times = new Map(Object.keys(attempts).map((what) => [what, [] as number[]]));
  const answers = new Set<string>();
  // In turn, so that whatever else the machine does falls on all alike. The first round warms up.
  for (let round = 0; round <= SAMPLES; round += 1) {
    for (const [what, input] of Object.entries(attempts)) {
      const start = performance.now();
      const answer = await send(gateway, op.LoginDocument, { input });
      if (round > 0) times.get(what)?.push(performance.now() - start);
      answers.add(JSON.stringify(answer));
    }
  }
  expect([...answers]).toEqual([expect.stringContaining('BAD_CREDENTIALS')]);
  const medians = [...times.values()].map(median);
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(MOST_APART);
});
