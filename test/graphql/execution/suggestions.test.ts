import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { overHttp } from '../../support/clients/transports.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let open: TestGateway;
let closed: TestGateway;
beforeAll(async () => {
  open = await startGateway();
  closed = await startGateway({ GRAPHQL_INTROSPECTION: 'off' });
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

test.each([
  ['{ mee { id } }', 'Cannot query field "mee" on type "Query".'],
  ['{ user(ic: "1") { id } }', 'Unknown argument "ic" on field "Query.user".'],
  ['query($i: LoginImput) { me { id } }', 'Unknown type "LoginImput".'],
  [
    'mutation { createCaptcha(input: {type: IMAG}) { id } }',
    'This value does not exist in "CaptchaType" enum.',
  ],
  [
    'mutation { login(input: {usernam: "x"}) { expiresAt } }',
    'Field "usernam" is not defined by type "LoginInput".',
  ],
])('%s gets suggestions only with introspection', async (query, message) => {
  const errors = await overHttp(closed)({ query });
  expect(errors.map((error) => error.message)).toContain(message);
  expect(JSON.stringify(errors)).not.toContain('Did you mean');
  expect(JSON.stringify(await overHttp(open)({ query }))).toContain('Did you mean');
});
