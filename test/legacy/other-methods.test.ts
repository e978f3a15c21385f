import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dialects } from '../../src/legacy/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const paths = dialects.flatMap(({ routes, uploads }) => Object.keys({ ...routes, ...uploads }));

test.each(paths)('%s names the method that it accepts', async (url) => {
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const answer = await gateway.app.inject({ method, url });
    expect([method, answer.headers.allow]).toEqual([method, 'POST']);
  }
  expect((await gateway.post(url)).headers.allow).toBeUndefined();
});
