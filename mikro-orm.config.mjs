/**
 * The configuration of `npx mikro-orm`: the entities and migrations of the sources as they stand, and the database
 * of the gateway's settings, which is that of DATABASE_URL, or the embedded one of DATA_DIR.
 */
import 'reflect-metadata';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { UnderscoreNamingStrategy } from '@mikro-orm/core';

const script = (name) => fileURLToPath(new URL(`scripts/${name}`, import.meta.url));

const { status } = spawnSync(process.execPath, [script('build.mjs'), '--if-stale'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
const { readConfig } = await import('./dist/src/config.js');
const { ormOptions } = await import('./dist/src/database/connections/orm-options.js');
const { entities } = await import('./dist/src/entities.js');

/** `migration:create --name=device-tags` writes the class DeviceTags20261128 to migrations/20261128-device-tags.ts. */
class MigrationNames extends UnderscoreNamingStrategy {
  classToMigrationName(timestamp, name) {
    return `${this.getClassName(nameOf(name))}${dayOf(timestamp)}`;
  }
}
const dayOf = (timestamp) => timestamp.slice(0, 8);
const nameOf = (name) => name ?? 'change';

/** The embedded database lives in a process that stops it when this one ends, however that is. */
async function embeddedDatabase(dataDir) {
  const holder = spawn(process.execPath, [script('embedded-database.mjs'), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C must not end it before the database has stopped.
    detached: true,
  });
  const [url] = await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => process.exit(1)),
  ]);
  for (const handle of [holder, holder.stdin, holder.stdout]) handle.unref();
  return String(url).trim();
}

const { DATABASE_URL, DATA_DIR } = readConfig(process.env);
const options = ormOptions(DATABASE_URL ?? (await embeddedDatabase(DATA_DIR)), entities);

export default {
  ...options,
  namingStrategy: MigrationNames,
  migrations: {
    ...options.migrations,
    path: 'migrations',
    emit: 'ts',
    fileName: (timestamp, name) => `${dayOf(timestamp)}-${nameOf(name)}`,
  },
};
