import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One embedded PostgreSQL for the whole run, with a migrated template that each test file copies. Plain
 * JavaScript on the built code, because Jest does not transform what runs outside its sandbox.
 */
export default async function setup() {
  await import('reflect-metadata');
  const { startEmbeddedPostgres } = await import(
    '../../dist/src/database/embedded-postgres/embedded-postgres.js'
  );
  const { openDatabase } = await import('../../dist/src/database/database.js');
  const { entities, migrate } = await import('../../dist/src/entities.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  // Run as root, the database has a user of its own, who must get there.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const orm = await openDatabase(postgres.url, entities);
  await migrate(orm);
  // What is written here need not outlive a power cut; half of the time of a copy is its flush to the disk.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await orm.em.execute(`alter system set ${setting} = off`);
  }
  await orm.em.execute('select pg_reload_conf()');
  await orm.close();
  globalThis.gatehousePostgres = postgres;
  globalThis.gatehouseTestDataDir = dataDir;
  process.env.GATEHOUSE_TEST_DATABASE_URL = postgres.url;
}
