import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleLibraries } from './libraries/bundle-libraries.js';

/**
 * Bundles libraries, and starts one embedded PostgreSQL for all tests, with a migrated template database that each test
 * file copies. This is JavaScript that imports the built code, because Jest does not transform global setup files.
 */
export default async function setup() {
  await bundleLibraries();
  await import('reflect-metadata');
  const { startEmbeddedPostgres } = await import(
    '../../dist/src/database/embedded-postgres/embedded-postgres.js'
  );
  const { openDatabase } = await import('../../dist/src/database/database.js');
  const { entities, migrate } = await import('../../dist/src/entities.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  // For root, PostgreSQL runs as a system user, which must reach the folder.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const orm = await openDatabase(postgres.url, entities);
  await migrate(orm);
  // Test data need not survive a power failure, and half of the time of a copy is its flush to the disk.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await orm.em.execute(`alter system set ${setting} = off`);
  }
  await orm.em.execute('select pg_reload_conf()');
  await orm.close();
  globalThis.gatehousePostgres = postgres;
  globalThis.gatehouseTestDataDir = dataDir;
  process.env.GATEHOUSE_TEST_DATABASE_URL = postgres.url;
}
