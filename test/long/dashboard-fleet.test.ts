import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDashboard, visitAs } from '../support/browser/dashboard.js';
import { TestGroup } from '../support/fleet.js';

const DEVICES = 10_000;
const GROUP = 50;
/** Ten times a second, one group goes offline and another comes back: 1,000 changes a second. */
const STEP_MS = 100;
const SECONDS = 60;
const LONGEST_TASK_MS = 100;

const dashboard = await openDashboard({ DEVICES_PER_ACCOUNT: '100000' });
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());
const groups: TestGroup[] = [];

beforeAll(async () => {
  for (let first = 0; first < DEVICES; first += GROUP) {
    const devices = Array.from({ length: GROUP }, (_, at) => ({
      clientId: `SN-${first + at}`,
      name: `Gate ${first + at} · North hall`,
      clientVersion: '2.4.1',
    }));
    const group = await TestGroup.of(gateway, 'max', devices);
    await group.beat();
    groups.push(group);
  }
  await gateway.services.heartbeats.announce();
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of CPU time, if measured. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The longest task of the renderers' main threads, in milliseconds of CPU time. Wall time would include waiting for
 * the gateway, the database and other tests on the same machine.
 */
function longestTask(trace: Buffer): number {
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString());
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(thread),
  );
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && mains.has(thread(event)));
  expect(tasks.length).toBeGreaterThan(SECONDS);
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0);
}

/** @returns the number of transitions. */
async function change(seconds: number): Promise<number> {
  const { heartbeats } = gateway.services;
  const before = heartbeats.log.offset;
  const start = performance.now();
  for (let step = 1; step <= (seconds * 1000) / STEP_MS; step++) {
    // The next wait is shorter after a late step.
    await setTimeout(Math.max(0, start + step * STEP_MS - performance.now()));
    gateway.clock.now = Date.now();
    await groups[step % groups.length]?.goOffline();
    if (step > 1) await groups[(step - 1) % groups.length]?.beat();
    await heartbeats.announce();
  }
  return heartbeats.log.offset - before;
}

test('runs no task over 100 ms with 10,000 devices and 1,000 changes a second', async () => {
  const { page, faults } = await visitAs(browser, host, 'root');
  await page.getByText('10,000 devices').or(page.getByText('10000 devices')).waitFor({ timeout: 60_000 });
  await browser.startTracing(page, { categories: ['toplevel'] });
  const changing = change(SECONDS);
  // Meanwhile, a user scrolls through the list and filters it.
  await page.mouse.move(600, 600);
  for (let turn = 0; turn < 20; turn++) {
    await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(500);
  }
  await page.locator('label', { hasText: /^Online$/ }).click();
  const changes = await changing;
  const longest = longestTask(await browser.stopTracing());
  expect(changes).toBeGreaterThan(990 * SECONDS);
  expect(longest).toBeLessThan(LONGEST_TASK_MS);
  await page.locator('dl').getByText('9,950').waitFor();
  expect(faults).toEqual([]);
});
