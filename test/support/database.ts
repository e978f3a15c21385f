import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of a test's own, on the PostgreSQL of the test run. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** The database that is migrated once for the whole test run. */
export const migratedDatabaseUrl = (): string => process.env.GATEHOUSE_TEST_DATABASE_URL ?? '';

/** A copy of the migrated database. */
export const createMigratedDatabase = (): Promise<TestDatabase> =>
  createDatabase(new URL(migratedDatabaseUrl()).pathname.slice(1));

/** A database without tables. */
export const createEmptyDatabase = (): Promise<TestDatabase> => createDatabase('template0');

async function createDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const run = (sql: string) => withClient(siblingUrl('postgres'), (client) => client.query(sql));
  // Logging the copy block by block, the default, takes three times as much CPU time.
  await run(`create database ${name} template ${template} strategy file_copy`);
  return {
    url: siblingUrl(name),
    drop: async () => {
      await run(`drop database ${name} with (force)`);
    },
  };
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function siblingUrl(name: string): string {
  const url = new URL(migratedDatabaseUrl());
  url.pathname = `/${name}`;
  return url.href;
}
