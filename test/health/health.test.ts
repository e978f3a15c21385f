import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ReportedSmsSender } from '../../src/captchas/reported-sms-sender.js';
import type { SmsSender } from '../../src/captchas/sms-sender.js';
import { DomainError } from '../../src/errors.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { Health, HealthComponent } from '../../src/health/health.js';
import { healthChecks } from '../../src/health/health-checks.js';
import { createCallers, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
});
afterAll(() => gateway.close());

const check = (name: string) =>
  healthChecks(gateway.services)
    .find((one) => one.name === name)
    ?.run();
const failing = () => gateway.services.health.problems.map(({ component }) => component);

test('a job that has failed for a minute is a problem until it works again', async () => {
  const { jobRuns } = gateway.services;
  const fail = () => jobRuns.record('purge', () => Promise.reject(new Error('No.'))).catch(() => {});
  await fail();
  await check('check jobs');
  expect(failing()).toEqual([]);
  gateway.clock.advance(61_000);
  await fail();
  await check('check jobs');
  expect(gateway.services.health.problems).toMatchObject([
    { component: 'JOBS', reason: 'Background jobs fail: “purge”.' },
  ]);
  await jobRuns.record('purge', async () => {});
  await check('check jobs');
  expect(failing()).toEqual([]);
});

test('a job that has not run since the database works again is no problem', async () => {
  const { health, jobRuns } = gateway.services;
  health.degrade(HealthComponent.DATABASE, 'The database does not answer.');
  await jobRuns.record('purge', () => Promise.reject(new Error('No database.'))).catch(() => {});
  gateway.clock.advance(61_000);
  await check('check jobs');
  expect(failing()).toEqual(['DATABASE']);
  health.recover(HealthComponent.DATABASE);
  gateway.clock.advance(61_000);
  await check('check jobs');
  expect(failing()).toEqual([]);
  await jobRuns.record('purge', async () => {});
});

test('shows administrators what the node works with, how long it takes, and its jobs', async () => {
  await check('check database');
  const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
  const { health } = await ask(gateway, op.HealthDocument, {}, accessToken);
  expect(health?.problems).toEqual([]);
  expect(health?.node?.engines).toMatchObject([
    { component: 'DATABASE', kind: 'EMBEDDED_POSTGRESQL', state: 'WORKING', latencyMs: expect.any(Number) },
    { component: 'STORAGE', kind: 'DISK', state: 'WORKING', latencyMs: null },
    { component: 'SMS', kind: 'SMS_OUTBOX', state: 'UNUSED', checkedAt: null },
  ]);
  expect(health?.node?.jobs).toMatchObject([{ name: 'purge', failingSince: null }]);
  const { blocks, bsize } = await statfs(gateway.services.config.DATA_DIR);
  expect(health?.node?.disk?.size).toBe(blocks * bsize);
  expect(health?.lastBackup).toBeNull();
  expect(health?.nodes).toMatchObject([{ version: '0.1.0', failing: [], isAnswering: true }]);
});

test('the provider of text messages is a problem after three failures in a row', async () => {
  const health = new Health(Date.now);
  const message = { to: '+8613800000001', code: '123456', text: 'Your code is 123456.' };
  const receipt = { requestId: 'A', bizId: '1^0' };
  const send = jest.fn<SmsSender['send']>();
  const sender = new ReportedSmsSender({ send }, health);
  const status = () => health.statusOf(HealthComponent.SMS);
  send.mockRejectedValue(new DomainError('UNAVAILABLE', 'The message could not be sent.'));
  for (const isProblem of [false, false, true]) {
    await expect(sender.send(message)).rejects.toThrow('could not be sent');
    expect(status().problem !== null).toBe(isProblem);
  }
  expect(status().failures).toBe(3);
  send.mockResolvedValue(receipt);
  expect(await sender.send(message)).toBe(receipt);
  expect(status().problem).toBeNull();
});

test('a number that the provider limits is no problem of the provider', async () => {
  const health = new Health(Date.now);
  const limited = new DomainError('THROTTLED', 'Too many messages.');
  const sender = new ReportedSmsSender({ send: () => Promise.reject(limited) }, health);
  const message = { to: '+8613800000001', code: '123456', text: 'Your code is 123456.' };
  for (let sent = 0; sent < 5; sent++) await expect(sender.send(message)).rejects.toBe(limited);
  expect(health.problems).toEqual([]);
});
