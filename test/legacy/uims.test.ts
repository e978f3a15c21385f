import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'uims_super_admin', password: 'correct horse' });
});
afterAll(() => gateway.close());

test('logs in', async () => {
  const answer = await gateway.post('/api/background_login', {
    account: 'uims_super_admin',
    passwd: 'correct horse',
  });
  expect(answer.json()).toMatchObject({ code: 0, body: { user: { account: 'uims_super_admin' } } });
});
