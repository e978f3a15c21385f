import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { anchors, read } from '../docs/markdown.js';
import { createMigratedDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/infrastructure/ports.js';
import { openFolder, startServer, stopServers } from '../support/server.js';
import { alerts, DEPLOYED, dashboard, metricNames, queries } from './support/monitoring.js';

const installed = spawnSync('promtool', ['--version']).status === 0;
/** Skips tests that require Prometheus where it is not installed; the CI host has it. */
const describeWithPrometheus = installed || process.env.CI ? describe : describe.skip;

const Answer = z.object({
  status: z.string(),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }).optional(),
});

describeWithPrometheus('Prometheus', () => {
  let folder: string;
  let dataDir: string;
  let database: TestDatabase;
  let prometheus: ChildProcess;
  let api: string;
  let scraped: string;

  /** Starts Prometheus with the deployed configuration, but for the address of the gateway and the intervals. */
  async function startPrometheus(target: string): Promise<void> {
    const port = await freePort();
    const config = (await readFile(`${DEPLOYED}/prometheus.yml`, 'utf8'))
      .replace(/targets: .*/, `targets: ['${target}']`)
      .replaceAll('15s', '1s');
    await writeFile(join(folder, 'prometheus.yml'), config);
    await copyFile(`${DEPLOYED}/alerts.yml`, join(folder, 'alerts.yml'));
    prometheus = spawn('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    // Nobody reads its log.
    prometheus.stderr?.resume();
    api = `http://127.0.0.1:${port}/api/v1/query?query=`;
  }

  const query = async (text: string) =>
    Answer.parse(await (await fetch(api + encodeURIComponent(text))).json());

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-prometheus-'));
    dataDir = await openFolder();
    database = await createMigratedDatabase();
    const gateway = startServer({
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      METRICS_PORT: '0',
    });
    const [, target = ''] = /metrics at http:\/\/([\w.:]+)\/metrics/.exec(await gateway.ready()) ?? [];
    await fetch(`${await gateway.url()}/api/heart/check`, { method: 'POST' });
    scraped = await (await fetch(`http://${target}/metrics`)).text();
    await startPrometheus(target);
  });
  afterAll(async () => {
    prometheus.kill();
    await once(prometheus, 'exit');
    await stopServers();
    await database.drop();
    await rm(folder, { recursive: true });
    await rm(dataDir, { recursive: true });
  });

  test('scrapes a gateway', async () => {
    const up = async () => (await query('up{job="gatehouse"}').catch(() => null))?.data?.result[0]?.value[1];
    await eventually(async () => (await up()) === '1');
    const { data } = await query('gatehouse_http_request_failures_total{code="UNAUTHENTICATED"}');
    expect(data?.result.map(({ value: [, count] }) => count)).toEqual(['1']);
  });

  test('accepts every query of the dashboard and of the alerts', async () => {
    const refused = [];
    for (const text of queries) if ((await query(text)).status !== 'success') refused.push(text);
    expect(refused).toEqual([]);
  });

  test('finds every metric of the dashboard and of the alerts', () => {
    const exported = [...scraped.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const missing = queries.flatMap(metricNames).filter((name) => ![...exported, 'up'].includes(name));
    expect(missing).toEqual([]);
  });

  test('accepts the configuration and the alerts, which fire when they should', () => {
    for (const args of [
      ['check', 'config', `${DEPLOYED}/prometheus.yml`],
      ['test', 'rules', 'test/metrics/alerts.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      expect({ args, status, output: status === 0 ? '' : stdout + stderr }).toEqual({
        args,
        status: 0,
        output: '',
      });
    }
  });
});

test('every alert leads to a heading of the operations guide', () => {
  const headings = anchors(read('docs/operations.md')).map((anchor) => `docs/operations.md#${anchor}`);
  expect(
    alerts.map(({ annotations }) => annotations.runbook_url).filter((url) => !headings.includes(url)),
  ).toEqual([]);
  expect(
    alerts.map(
      ({ alert, annotations }) => `docs/operations.md#${alert.toLowerCase()}` === annotations.runbook_url,
    ),
  ).not.toContain(false);
});

test('the panels of the dashboard have ids of their own, fill the grid and do not overlap', () => {
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});
