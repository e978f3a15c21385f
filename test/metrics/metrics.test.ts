import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { Registry } from 'prom-client';
import { LastBackup } from '../../src/database/backups/last-backup.entity.js';
import { upgradeSessionPolicy } from '../../src/legacy/upgrade/session-policy.js';
import { gauge } from '../../src/metrics/readings.js';
import { createCallers, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { readScrape } from './support/scrape.js';

const TOKEN = 'token-of-the-scraper';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ METRICS_TOKEN: TOKEN });
  await createCallers(gateway);
});
afterAll(() => gateway.close());

const getMetrics = (authorization?: string) =>
  gateway.app.inject({ url: '/metrics', headers: authorization === undefined ? {} : { authorization } });

async function scrape(): Promise<ReadonlyMap<string, number>> {
  return readScrape((await getMetrics(`Bearer ${TOKEN}`)).body);
}

test('serves metrics to callers with the token only', async () => {
  expect((await getMetrics()).statusCode).toBe(401);
  expect((await getMetrics('Bearer another-token-of-a-scraper')).statusCode).toBe(401);
  const { statusCode, headers } = await getMetrics(`Bearer ${TOKEN}`);
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('counts the requests and failures of a legacy API by route and code', async () => {
  await gateway.post('/login/account', {});
  await gateway.post('/api/heart/check', {});
  const metrics = await scrape();
  const failures = (api: string, route: string, code: string) =>
    metrics.get(`gatehouse_http_request_failures_total{api="${api}",route="${route}",code="${code}"}`);
  expect(failures('console', '/login/account', 'INVALID_INPUT')).toBe(1);
  expect(failures('upgrade', '/api/heart/check', 'UNAUTHENTICATED')).toBe(1);
  const labels = 'api="console",route="/login/account"';
  expect(metrics.get(`gatehouse_http_request_duration_seconds_count{${labels}}`)).toBe(1);
});

test('names paths that match no route alike', async () => {
  for (const path of ['/one', '/two', '/.env']) await gateway.app.inject({ url: path });
  const metrics = await scrape();
  const labels = 'api="none",route="none",code="HTTP_404"';
  expect(metrics.get(`gatehouse_http_request_failures_total{${labels}}`)).toBe(3);
  expect([...metrics.keys()].filter((key) => key.includes('.env'))).toEqual([]);
});

test('names an operation of a trusted document as it is, and others by their first field', async () => {
  const credentials = { input: { username: 'max', password: PASSWORD } };
  const { accessToken } = (await ask(gateway, op.LoginDocument, credentials)).login;
  await ask(gateway, parse('query DropTables { me { id } }'), {}, accessToken);
  const metrics = await scrape();
  const count = (labels: string) =>
    metrics.get(`gatehouse_graphql_operation_duration_seconds_count{${labels}}`);
  expect(count('type="mutation",operation="Login"')).toBe(1);
  expect(count('type="query",operation="me"')).toBe(1);
  expect([...metrics.keys()].filter((key) => key.includes('DropTables'))).toEqual([]);
});

test('counts the failures of operations by code, also of those whose document is refused', async () => {
  for (const query of ['{ me { id } }', '{ nothing }']) await gateway.post('/graphql', { query });
  const metrics = await scrape();
  const failures = (labels: string) => metrics.get(`gatehouse_graphql_operation_failures_total{${labels}}`);
  expect(failures('type="query",operation="me",code="UNAUTHENTICATED"')).toBe(1);
  expect(failures('type="unknown",operation="unknown",code="GRAPHQL_VALIDATION_FAILED"')).toBe(1);
});

test('counts heartbeats, transitions, sockets, subscribers and what they receive', async () => {
  const { accessToken } = await openSession(gateway, 'root', upgradeSessionPolicy);
  const client = connect(await gateway.listen(), accessToken);
  const events = watch(client, op.FleetStatusDocument, {});
  await events.next();
  const before = await scrape();
  await gateway.post('/api/heart/check', {}, { authorization: accessToken });
  await gateway.services.heartbeats.announce();
  await events.next();
  const after = await scrape();
  const growth = (name: string) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
  expect(growth('gatehouse_heartbeats_total')).toBe(1);
  expect(growth('gatehouse_devices_online')).toBe(1);
  expect(growth('gatehouse_presence_transitions_total{to="online"}')).toBe(1);
  expect(growth('gatehouse_live_messages_total')).toBe(1);
  expect(after.get('gatehouse_live_sockets')).toBe(1);
  expect(after.get('gatehouse_live_subscribers')).toBe(1);
  expect(after.get('gatehouse_live_sockets_closed_total{reason="too_slow"}')).toBe(0);
  await client.dispose();
});

test('shows when a job succeeded for the last time, and how often it failed', async () => {
  const { jobRuns } = gateway.services;
  await jobRuns.record('purge', async () => {});
  const succeededAt = gateway.clock.now;
  gateway.clock.advance(60_000);
  await expect(jobRuns.record('purge', () => Promise.reject(new Error('No database.')))).rejects.toThrow();
  const metrics = await scrape();
  expect(metrics.get('gatehouse_job_runs_total{task="purge"}')).toBe(2);
  expect(metrics.get('gatehouse_job_failures_total{task="purge"}')).toBe(1);
  expect(metrics.get('gatehouse_job_last_success_timestamp_seconds{task="purge"}')).toBe(succeededAt / 1000);
});

test('shows when the last backup was made, once there is one', async () => {
  const name = 'gatehouse_last_backup_timestamp_seconds';
  expect((await scrape()).get(name)).toBeUndefined();
  const at = new Date('2026-11-29T03:00:00Z');
  const backup = { id: true, at, archiveBytes: 1, rows: 1, packages: 0, encrypted: false };
  await gateway.services.db.em.fork().insert(LastBackup, backup);
  expect((await scrape()).get(name)).toBe(at.getTime() / 1000);
});

test('leaves out a metric that cannot be read, and shows the others', async () => {
  const registry = new Registry();
  gauge(registry, { name: 'unreadable', help: 'Fails.', read: () => Promise.reject(new Error('No disk.')) });
  gauge(registry, { name: 'readable', help: 'Works.', read: () => 7 });
  expect([...readScrape(await registry.metrics())]).toEqual([['readable', 7]]);
});
