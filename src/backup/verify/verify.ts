import { connectClient } from '../../database/connections/failover-client.js';
import { exclusively } from '../../database/exclusive.js';
import type { Installation } from '../installation/installation.js';
import { appliedMigrations, migrationProblem } from '../installation/migrations.js';
import { type ReleasedPackage, releasedPackages, verifyPackage } from './verify-packages.js';
import { verifyRows } from './verify-rows.js';

/** What `verifyInstallation` has found. */
export interface Finding {
  /** Notes are about what takes space, but is not wrong. */
  readonly kind: 'problem' | 'note';
  /** Without a full stop. */
  readonly text: string;
}

/** Follows a verification. */
export interface VerifyProgress {
  /** Called once, with the bytes of all packages. */
  onStart(total: number): void;
  /** Called with how many bytes of packages were read so far. */
  onRead(bytes: number): void;
  readonly signal: AbortSignal;
}

/** Compares what an installation keeps with itself: the schema, the rows and the packages. Gateways may run meanwhile. */
export async function* verifyInstallation(
  installation: Installation,
  { onStart, onRead, signal }: VerifyProgress,
): AsyncGenerator<Finding> {
  const client = await connectClient(installation.url);
  let packages: ReleasedPackage[];
  try {
    await client.query('begin isolation level repeatable read, read only');
    const otherSchema = migrationProblem(await appliedMigrations(client));
    if (otherSchema !== null) {
      yield { kind: 'problem', text: otherSchema.replace(/\.$/, '') };
      return;
    }
    const problems = await verifyRows(client, installation.db);
    for (const text of problems) yield { kind: 'problem', text };
    packages = await releasedPackages(client);
    await client.query('commit');
  } finally {
    await client.end();
  }
  onStart(packages.reduce((sum, { size }) => sum + size, 0));
  let read = 0;
  const onBytes = (bytes: number) => {
    signal.throwIfAborted();
    read += bytes;
    onRead(read);
  };
  for (const released of packages) {
    const text = await verifyPackage(installation, released, onBytes);
    if (text !== null) yield { kind: 'problem', text };
  }
  for (const sha256 of await unusedPackages(installation)) {
    yield { kind: 'note', text: `the package ${sha256} is of no release` };
  }
}

async function unusedPackages({ db, storage }: Installation): Promise<string[]> {
  const stored = await storage.inventory.published();
  // Waits for the release of a package that was just stored.
  const released = await exclusively(db, 'releases', (em) =>
    em.execute<{ sha256: string }[]>('select distinct sha256 from releases'),
  );
  const used = new Set(released.map(({ sha256 }) => sha256));
  return stored.filter((sha256) => !used.has(sha256));
}
