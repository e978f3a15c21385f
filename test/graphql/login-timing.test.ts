import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserStatus } from '../../src/users/user.entity.js';
import { send } from '../support/clients/client.js';
import { cpuTime } from '../support/cpu-time.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

/** Fewer than the failures after which a captcha is required. */
const SAMPLES = 9;
/** A hash takes tens of milliseconds, the rest a few: a missing hash gives a ratio of 5 or more, a second one of 2. */
const MOST_APART = 1.6;

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

/** The wait up to the slowest kind of hash, which is alike for all, is off here: see `test/logins/password-verifier.test.ts`. */
test('neither the answer nor the time of a failed login reveals the reason', async () => {
  const times = new Map(Object.keys(attempts).map((what) => [what, [] as number[]]));
  const answers = new Set<string>();
  // Round by round, so that slow moments affect all alike. The first round warms up.
  for (let round = 0; round <= SAMPLES; round += 1) {
    for (const [what, input] of Object.entries(attempts)) {
      const start = cpuTime();
      const answer = await send(gateway, op.LoginDocument, { input });
      if (round > 0) times.get(what)?.push(cpuTime() - start);
      answers.add(JSON.stringify(answer));
    }
  }
  expect([...answers]).toEqual([expect.stringContaining('BAD_CREDENTIALS')]);
  // The shortest time: interference such as garbage collection only adds.
  const shortest = [...times.values()].map((each) => Math.min(...each));
  expect(Math.max(...shortest) / Math.min(...shortest)).toBeLessThan(MOST_APART);
});
