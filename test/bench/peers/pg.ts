/** One statement by `pg` on `node:http`: what no GraphQL server on this database can be faster than. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';

interface Options {
  readonly databaseUrl: string;
  /** Returns the nodes of a page, and one more. */
  readonly sql: string;
  /** The field of the query. */
  readonly list: string;
  readonly first: number;
}

export async function start({ databaseUrl, sql, list, first }: Options): Promise<Peer> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const server = createServer(async (request, response) => {
    request.resume();
    const { rows } = await pool.query<object>(sql);
    const edges = rows.slice(0, first).map((node) => ({ node }));
    const data = { [list]: { edges, pageInfo: { hasNextPage: rows.length > first } } };
    const body = JSON.stringify({ data });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: addressOf(server) };
}
