import { readFileSync } from 'node:fs';
import { withClient } from '../../support/database.ts';
import { graphqlRequest } from '../support/load/graphql-request.ts';
import { Connection } from '../support/load/http-load.ts';
import type { Curve, CurveRow } from '../support/report/curve.ts';
import { median } from '../support/report/statistics.ts';
import { scaled } from '../support/row.ts';
import { type Gateway, startGateway } from '../support/servers/gateway.ts';

const SIZES = [1000, 100_000, 1_000_000];
const WARM_UPS = 5;
const REPEATED = 15;

const nodes = '{ edges { node { id } } pageInfo { hasNextPage } }';

/** As the gateway writes them: opaque to clients. */
const cursor = (...position: unknown[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

interface Chart extends Pick<Curve, 'name' | 'title'> {
  readonly limit: number;
  /** Queries by name, for a table of this size. */
  readonly queries: Readonly<Record<string, (size: number) => string>>;
}

const charts: readonly Chart[] = [
  {
    name: 'pages',
    title: 'A page of 20',
    limit: 8,
    queries: {
      users: () => `{ users(first: 20) ${nodes} }`,
      'users, deep': (size) =>
        `{ users(first: 20, after: "${cursor('users by id asc', Math.ceil(size / 2))}") ${nodes} }`,
      'users by name': () => `{ users(first: 20, orderBy: { field: USERNAME }) ${nodes} }`,
      devices: () => `{ devices(first: 20) ${nodes} }`,
      'devices online': () => `{ devices(first: 20, filter: { online: true }) ${nodes} }`,
      sessions: () => `{ sessions(first: 20) ${nodes} }`,
      'sessions of an API': () => `{ sessions(first: 20, filter: { api: TEACHER }) ${nodes} }`,
      audit: () => `{ auditLog(first: 20) ${nodes} }`,
      'audit of releases': () => `{ auditLog(first: 20, filter: { category: RELEASE }) ${nodes} }`,
    },
  },
  {
    name: 'searches',
    title: 'A search',
    limit: 25,
    queries: {
      'users, two characters': () => `{ users(first: 20, search: "王伟") ${nodes} }`,
      'users, one letter': () => `{ users(first: 20, search: "u") ${nodes} }`,
      'users, no hit': () => `{ users(first: 20, search: "绝无此人") ${nodes} }`,
      'devices, two characters': () => `{ devices(first: 20, filter: { search: "教室" }) ${nodes} }`,
      'devices, no hit': () => `{ devices(first: 20, filter: { search: "absent" }) ${nodes} }`,
    },
  },
  {
    name: 'summaries',
    title: 'A summary',
    limit: 100,
    queries: {
      presence: () => '{ presenceSummary { total online } }',
      'presence, filtered': () => '{ presenceSummary(filter: { clientVersion: "2.3.0" }) { total online } }',
      adoption: () => '{ adoption { clientVersion devices } }',
    },
  },
];

export const pageCurves: CurveRow = {
  name: 'curve-pages',
  description: 'Pages, searches and summaries of tables of 1,000 to 1,000,000 rows.',
  async trace({ cluster, profile }) {
    const points = new Map<string, [number, number][]>();
    for (const size of SIZES.map((rows) => scaled(profile, rows, 100))) {
      await using gateway = await startGateway(cluster);
      await fill(gateway, size);
      for (const { name, queries } of charts) {
        for (const [query, textOf] of Object.entries(queries)) {
          const key = `${name} ${query}`;
          const ms = await timeOf(gateway, textOf(size));
          points.set(key, [...(points.get(key) ?? []), [size, ms]]);
        }
      }
    }
    return charts.map(({ name, title, limit, queries }) => ({
      name,
      title,
      xLabel: 'rows of the table',
      unit: 'ms',
      limit,
      series: Object.fromEntries(
        Object.keys(queries).map((query) => [query, points.get(`${name} ${query}`) ?? []]),
      ),
    }));
  },
};

/** Fills users, devices, sessions and the audit log with so many rows each. */
async function fill({ databaseUrl }: Gateway, size: number): Promise<void> {
  const sql = readFileSync(new URL('fill.sql', import.meta.url), 'utf8');
  await withClient(databaseUrl, async (client) => {
    await client.query("select set_config('bench.rows', $1, false)", [String(size)]);
    await client.query(sql);
    await client.query('vacuum analyze');
  });
}

/** The median time until the response, in milliseconds. */
async function timeOf({ server, admin }: Gateway, query: string): Promise<number> {
  const connection = await Connection.open(server.url);
  const bytes = graphqlRequest(server.url, admin.token, query);
  const times: number[] = [];
  for (let turn = -WARM_UPS; turn < REPEATED; turn++) {
    const started = performance.now();
    const { body } = await connection.send(bytes);
    if (turn >= 0) times.push(performance.now() - started);
    if (body.includes('"errors"')) throw new Error(`The query ${query} failed: ${body}`);
  }
  connection.close();
  return median(times);
}
