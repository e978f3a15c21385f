import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendRaw } from '../../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const QUERY = 'query ($name: String!) { __type(name: $name) { name } }';
const GBK = Buffer.from('c0eec7bf', 'hex');

/** Asks for the type of this name. */
async function post(contentType: string, name: Buffer) {
  const payload = Buffer.concat([
    Buffer.from(JSON.stringify({ query: QUERY }).slice(0, -1)),
    Buffer.from(',"variables":{"name":"'),
    name,
    Buffer.from('"}}'),
  ]);
  const headers = { 'content-type': contentType };
  const response = await gateway.app.inject({ method: 'POST', url: '/graphql', payload, headers });
  return { status: response.statusCode, ...response.json() };
}

describe('a JSON body', () => {
  test('is read in its declared charset', async () => {
    const { status, data } = await post('application/json; charset=gbk', Buffer.from('Query'));
    expect([status, data]).toEqual([200, { __type: { name: 'Query' } }]);
    expect((await post('application/json; charset=gbk', GBK)).data).toEqual({ __type: null });
  });

  test('is refused when its bytes are not valid', async () => {
    const { status, errors } = await post('application/json', GBK);
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      {
        message: 'body must be valid text in its charset, which is UTF-8 by default.',
        extensions: { code: 'INVALID_INPUT' },
      },
    ]);
  });

  test('is refused in an unsupported charset', async () => {
    const { status, errors } = await post('application/json; charset=utf-16', GBK);
    expect(status).toBe(415);
    expect(errors).toMatchObject([
      {
        message: 'The charset utf-16 is not supported: use UTF-8, GBK, GB18030, Big5 or ISO-8859-1.',
        extensions: { code: 'INVALID_INPUT' },
      },
    ]);
  });
});

describe('a compressed JSON body', () => {
  const send = (encoding: string, payload: Buffer) =>
    gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      payload,
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    });
  const operation = JSON.stringify({ query: '{ __typename }' });

  test('is read', async () => {
    expect((await send('gzip', gzipSync(operation))).json()).toEqual({ data: { __typename: 'Query' } });
  });

  test.each([
    [415, 'compress', Buffer.from(operation), 'The Content-Encoding compress is not supported here.'],
    [400, 'gzip', Buffer.from(operation), 'body must be valid gzip, as its Content-Encoding says.'],
    [
      413,
      'gzip',
      gzipSync(Buffer.alloc(2 ** 20 + 1)),
      'body must be at most 1048576 bytes when it is decompressed.',
    ],
  ])('is refused with %i in %s', async (status, encoding, payload, message) => {
    const response = await send(encoding, payload);
    expect([response.statusCode, response.json().errors[0].message]).toEqual([status, message]);
  });
});

test('the query of a GET is refused when it is not UTF-8', async () => {
  const response = await gateway.app.inject(`/graphql?query={__typename}&variables={"name":"%C0%EE"}`);
  expect(response.statusCode).toBe(400);
  expect(response.json().errors[0].message).toMatch(/^variables must be valid text/);
});

test('the header X-Device-Id is refused when it is not UTF-8', async () => {
  const { status, body } = await sendRaw(
    host,
    'POST /graphql HTTP/1.1',
    ['content-type: application/json', `x-device-id: ${GBK.toString('latin1')}`],
    Buffer.from('{"query":"{__typename}"}'),
  );
  expect(status).toBe(400);
  expect(JSON.parse(body).errors[0].message).toMatch(/^X-Device-Id must be valid text/);
});
