import { afterAll, expect, jest, test } from '@jest/globals';
import { en } from '../../../../src/dashboard/app/views/health/texts.js';
import { HealthComponent } from '../../../../src/health/health.js';
import { startJobs } from '../../../../src/jobs/jobs.js';
import { openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';
import { holdIntervals } from '../../../support/intervals.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('says that everything works, and soon after a failure what does not and what to do', async () => {
  const { health, jobRuns } = gateway.services;
  await jobRuns.record('purge', async () => {});
  const { page, faults, close } = await visitAs(browser, host, 'root', '/health', {
    colorScheme: 'dark',
  });
  await page.getByRole('heading', { name: 'Everything works' }).waitFor();
  const engines = page.getByRole('region', { name: 'Services in use' }).getByRole('row');
  await engines.getByText('PostgreSQL').waitFor();
  health.degrade(HealthComponent.STORAGE, 'The storage of packages does not answer.');
  await jobRuns.record('purge', () => Promise.reject(new Error('No database.'))).catch(() => {});
  // The page asks again every few seconds.
  await page.getByRole('heading', { name: '1 problem' }).waitFor();
  const alert = page.getByRole('alert').filter({ hasText: 'The storage of packages has not worked since' });
  await alert.getByText('Check the S3 server or the folder with the packages').waitFor();
  await engines.filter({ hasText: 'Packages' }).getByText('Fails').waitFor();
  const jobs = page.getByRole('region', { name: 'Background jobs' }).getByRole('row');
  await jobs.filter({ hasText: 'Delete expired sessions' }).getByText('Fails since').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  health.recover(HealthComponent.STORAGE);
  await page.getByRole('heading', { name: 'Everything works' }).waitFor();
  await close();
});

test('has a name for every background job', async () => {
  const names: string[] = [];
  jest.spyOn(gateway.services.jobRuns, 'record').mockImplementation(async (name) => void names.push(name));
  holdIntervals();
  const stop = startJobs(gateway.services, gateway.app.log);
  jest.advanceTimersByTime(3_600_000);
  await stop();
  jest.useRealTimers();
  jest.restoreAllMocks();
  expect(names).toContain('purge');
  expect(names.filter((name) => !Object.hasOwn(en.jobNames, name))).toEqual([]);
});

test('names the nodes on which something fails, though it works on the answering one', async () => {
  const started = { version: '0.1.0', startedAt: new Date() };
  jest.spyOn(gateway.services, 'otherNodes').mockReturnValue([
    { ...started, host: 'node-b', failing: ['STORAGE', 'CLOCK'] },
    { ...started, host: 'node-c', failing: ['STORAGE'] },
  ]);
  const { page, close } = await visitAs(browser, host, 'root', '/health');
  await page.getByRole('heading', { name: '2 problems' }).waitFor();
  const alert = page.getByRole('alert').filter({ hasText: 'Packages: fails on node-b, node-c' });
  await alert.getByText('Check the S3 server or the folder with the packages').waitFor();
  jest.restoreAllMocks();
  await close();
});

test('offers the page to administrators only', async () => {
  const { page, close } = await visitAs(browser, host, 'max');
  await page.getByRole('link', { name: 'Account' }).waitFor();
  expect(await page.getByRole('link', { name: 'Health' }).count()).toBe(0);
  await close();
});
