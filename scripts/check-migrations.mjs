/**
 * Fails when the entities and the migrations disagree: applies every migration to an empty embedded database, and
 * compares the result with the entities (`npm run check`).
 */
import 'reflect-metadata';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../dist/src/database/database.js';
import { startEmbeddedPostgres } from '../dist/src/database/embedded-postgres/embedded-postgres.js';
import { entities, migrate } from '../dist/src/entities.js';

const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
// Root runs PostgreSQL as a system user, which must reach the folder.
await chmod(dataDir, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir });
try {
  const db = await openDatabase(postgres.url, entities);
  await migrate(db);
  const missing = (await db.schema.getUpdateSchemaSQL({ wrap: false })).trim();
  await db.close();
  if (missing !== '') {
    process.stderr.write(
      `The migrations do not lead to the entities: run npx mikro-orm migration:create. What is missing:\n${missing}\n`,
    );
    process.exitCode = 1;
  }
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
