import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../../support/database.js';
import type { Server } from '../../support/server.js';
import type { Installation } from './installation.js';

/** Lines of an import: three batches, of which the last is not full. */
const LINES = 1200;
const BATCH = 500;

/** A command that imports a file of accounts. */
export class Import {
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

  kill(): void {
    this.command.child.kill('SIGKILL');
  }

  /** Repeats the import. @returns what is wrong with what it had imported, and with the repetition. */
  async violations(): Promise<string[]> {
    const { code, errors } = await this.command.ended;
    const imported = await this.#count();
    const found: string[] = [];
    if (imported !== LINES && imported % BATCH !== 0)
      found.push(`A batch is half imported: ${imported} lines.`);
    // Null if it was killed.
    if (code === 0 ? imported !== LINES : code !== null && errors === '') {
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
