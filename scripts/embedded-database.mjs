/**
 * Runs the embedded database of a data folder, or shares the one that runs, until standard input ends. Prints its URL.
 * Usage: node scripts/embedded-database.mjs DATA_DIR
 */
import { once } from 'node:events';
import { shareEmbeddedPostgres } from '../dist/src/database/embedded-postgres/sharing.js';

try {
  const postgres = await shareEmbeddedPostgres({ dataDir: process.argv[2] });
  for (const note of postgres.notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`${postgres.url}\n`);
  await once(process.stdin.resume(), 'close');
  await postgres.stop();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
