import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startJobs } from '../../src/jobs/jobs.js';
import { ask, refusal } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type Collector, startCollector } from '../support/infrastructure/collector.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const PHONE = '13954969056';
const login = { phone: PHONE, device: 'huaweimate60', version: '101' };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT_SPAN = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${CLIENT_SPAN}-01`;

let collector: Collector;
let gateway: TestGateway;
let token: string;
let stopJobs: () => Promise<void>;
beforeAll(async () => {
  collector = await startCollector();
  gateway = await startGateway({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    TRUST_PROXY: '192.0.2.0/24',
  });
  await gateway.createUser({ username: 'root', phone: PHONE, password: PASSWORD, roles: ['ADMIN'] });
  const answer = await ask(gateway, op.LoginDocument, { input: { username: 'root', password: PASSWORD } });
  token = answer.login.accessToken;
  stopJobs = startJobs(gateway.services, gateway.app.log);
});
afterAll(async () => {
  await stopJobs();
  await gateway.close();
  await collector.close();
});

test('one trace shows a legacy login from the request to its statements', async () => {
  await gateway.post('/sys/login-phone', { ...login, password: PASSWORD });
  const request = await collector.find(({ name }) => name === 'POST /sys/login-phone');
  expect(request.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/sys/login-phone',
    'http.response.status_code': 200,
    'gatehouse.api': 'bms',
  });
  expect(collector.paths(request)).toEqual([
    'POST /sys/login-phone',
    'POST /sys/login-phone > INSERT sessions',
    'POST /sys/login-phone > SELECT user_roles',
    'POST /sys/login-phone > verify password',
  ]);
  const statement = await collector.find(({ name }) => name === 'SELECT user_roles');
  expect(statement.attributes['db.query.text']).toContain('where (login_names.name = ?');
});

test('one trace shows a GraphQL query from the request to its statements', async () => {
  await ask(gateway, op.UsersDocument, { first: 1 }, token);
  const operation = await collector.find(({ name }) => name === 'query users');
  expect(operation.attributes).toMatchObject({ 'graphql.operation.name': 'Users' });
  expect(collector.paths(operation)).toEqual(
    expect.arrayContaining(['POST /graphql > query users > SELECT users']),
  );
});

test('one trace shows a first heartbeat and what its subscribers receive', async () => {
  const client = connect(await gateway.listen(), token);
  const events = watch(client, op.DeviceStatusDocument, {});
  await events.next();
  const headers = { authorization: token, 'x-device-id': 'one' };
  await gateway.post('/api/heart/check', {}, headers);
  expect((await events.next())?.deviceStatus.kind).toBe('ONLINE');
  await events.stop();
  await client.dispose();
  const event = await collector.find(
    ({ name, parentSpanId }) => name === 'subscription deviceStatus event' && parentSpanId !== undefined,
  );
  expect(event.attributes).toMatchObject({ 'gatehouse.subscribers': 1 });
  expect(collector.paths(event)).toContain('POST /api/heart/check > subscription deviceStatus event');
  const [job] = event.links;
  await collector.find(({ name, spanId }) => name === 'job announce presence' && spanId === job?.spanId);
  const upgrade = await collector.find(({ name }) => name === 'GET /graphql');
  const subscription = await collector.find(({ name }) => name === 'subscription deviceStatus');
  expect(subscription.links).toEqual([expect.objectContaining({ spanId: upgrade.spanId })]);
});

test('a refusal names its code, and is no error of the gateway', async () => {
  await gateway.post('/sys/login-phone', { ...login, password: 'a wrong password' });
  const legacy = await collector.find(({ attributes }) => attributes['error.type'] === 'PASSWORD_WRONG');
  expect(legacy.status.code).toBe(0);
  expect(await refusal(gateway, op.UsersDocument, {})).toBe('UNAUTHENTICATED');

  const operation = await collector.find(({ attributes }) => attributes['error.type'] === 'UNAUTHENTICATED');
  expect(operation).toMatchObject({ name: 'query users', status: { code: 0 } });
});

test('a trusted proxy continues its trace, and any other client is only linked to', async () => {
  const get = (url: string, remoteAddress: string) =>
    gateway.app.inject({ url, remoteAddress, headers: { traceparent } });
  await get('/health/live', '192.0.2.1');
  await get('/health/ready', '203.0.113.1');
  expect(await collector.find(({ name }) => name === 'GET /health/live')).toMatchObject({
    traceId: TRACE,
    parentSpanId: CLIENT_SPAN,
  });
  const linked = await collector.find(({ name }) => name === 'GET /health/ready');
  expect(linked.traceId).not.toBe(TRACE);
  expect(linked.links).toEqual([expect.objectContaining({ traceId: TRACE, spanId: CLIENT_SPAN })]);
});

test('spans carry the attributes of the process, and nothing secret', async () => {
  await collector.find(({ name }) => name === 'mutation login');
  expect(collector.resources[0]).toMatchObject({
    'service.name': 'gatehouse',
    'deployment.environment.name': 'test',
  });
  expect(collector.authorization).toBe('Bearer collector');
  const sent = JSON.stringify(collector.spans);
  for (const secret of [PASSWORD, PHONE, token]) expect(sent).not.toContain(secret);
});

test('requests do not wait for a collector that is away, which the log says once', async () => {
  const away = await startCollector();
  await away.close();
  const other = await startGateway({
    OTEL_EXPORTER_OTLP_ENDPOINT: away.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '10',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  const logged = (text: string) => other.logged().split(text).length - 1;
  let returned: Collector | null = null;
  try {
    for (let requests = 0; requests < 3; requests += 1) {
      expect((await other.post('/sys/login-phone')).statusCode).toBe(200);
    }
    await eventually(async () => logged('traces cannot be sent') > 0);
    returned = await startCollector(away.port);
    await other.post('/sys/login-phone');
    await returned.find(({ name }) => name === 'POST /sys/login-phone');
    await eventually(async () => logged('traces are sent again') > 0);
    expect(logged('traces cannot be sent')).toBe(1);
  } finally {
    await other.close();
    await returned?.close();
  }
});
