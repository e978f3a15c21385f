import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { pick } from '../../nodes/support/scenarios.js';
import { withClient } from '../../support/database.js';
import { randomFrom } from '../../support/random.js';
import type { Server } from '../../support/server.js';
import { Clients } from './clients.js';
import { type Installation, type TargetName, targets } from './installation.js';
import { redeemAgain, violationsOf } from './invariants.js';

/** Clients act for up to this time. */
const WORK_MS = 400;
/** Longer than a command takes to start. */
const IMPORT_MS = 1500;
/** One round of so many imports accounts, too. */
const IMPORT_EVERY = 8;
/** Lines of an import: three batches, of which the last is not full. */
const LINES = 1200;
const BATCH = 500;

/** The target that a seed draws. */
export function drawTarget(seed: number): TargetName {
  return pick(Object.keys(targets) as TargetName[], randomFrom(seed));
}

/**
 * Ends processes of the installation while clients act, and starts it again.
 * @param seed draws when.
 * @returns what is wrong then.
 */
export async function violationsAfter(
  installation: Installation,
  target: TargetName,
  seed: number,
): Promise<string[]> {
  const random = randomFrom(seed);
  const clients = new Clients(installation.host, await installation.token());
  const isImporting = seed % IMPORT_EVERY === 0;
  const fileImport = isImporting ? await Import.start(installation, `import-${seed}`) : null;
  await setTimeout(random() * (isImporting ? IMPORT_MS : WORK_MS));
  const { code, errors } = await installation.end(target, random);
  await clients.stop();
  if (targets[target].signal === 'SIGTERM') expect(code).toBe(0);
  // A gateway that ends because its database has ended says so in one sentence.
  expect(errors).toMatch(code === 1 ? /^[A-Z][^\n]+\.$/ : /^$/);
  await installation.agePackages();
  await installation.start();
  return [
    ...((await fileImport?.violations()) ?? []),
    ...(await redeemAgain(installation.host, clients.acts)),
    ...(await violationsOf(installation, clients.acts)),
  ];
}

/** A command that imports a file of accounts. */
class Import {
  private constructor(
    private readonly installation: Installation,
    private readonly prefix: string,
    private readonly path: string,
    private readonly command: Server,
  ) {}

  static async start(installation: Installation, prefix: string): Promise<Import> {
    const path = join(installation.dataDir, '..', `${prefix}.jsonl`);
    const lines = Array.from({ length: LINES }, (_, line) =>
      JSON.stringify({ username: `${prefix}-${line}` }),
    );
    await writeFile(path, lines.join('\n'));
    const command = installation.command(['user', 'import', path, '--json']);
    return new Import(installation, prefix, path, command);
  }

  /** Repeats the import. @returns what is wrong with what it had imported, and with the repetition. */
  async violations(): Promise<string[]> {
    const { code, errors } = await this.command.ended;
    const imported = await this.#count();
    const found: string[] = [];
    if (imported !== LINES && imported % BATCH !== 0)
      found.push(`A batch is half imported: ${imported} lines.`);
    if (code === 0 ? imported !== LINES : errors === '') {
      found.push(`The import ended with ${code} after ${imported} lines, and said: ${errors}`);
    }
    const again = await this.installation.command(['user', 'import', this.path, '--json']).ended;
    const expected = JSON.stringify({ created: LINES - imported, existing: imported, rejected: 0 });
    if (again.output !== expected) found.push(`The repeated import said ${again.output} ${again.errors}`);
    return found;
  }

  async #count(): Promise<number> {
    return withClient(await this.installation.databaseUrl(), async (client) => {
      const { rows } = await client.query<{ count: number }>(
        'select count(*)::int as count from users where username like $1',
        [`${this.prefix}-%`],
      );
      return rows[0]?.count ?? 0;
    });
  }
}
