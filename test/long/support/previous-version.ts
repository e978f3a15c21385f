import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const root = join(import.meta.dirname, '../../..');
const libraries = join(root, 'node_modules');

/** A build of an earlier commit in a temporary folder, with the libraries of this checkout. */
export interface PreviousVersion extends AsyncDisposable {
  /** Its server, for `node`. */
  readonly program: string;
}

/**
 * Builds the commit before the newest migration, or the one in GATEHOUSE_PREVIOUS, which must lack a migration.
 * @throws Error with a sentence if this checkout lacks the commit or one of its libraries, or if its build fails.
 */
export async function buildPreviousVersion(): Promise<PreviousVersion> {
  const commit = process.env.GATEHOUSE_PREVIOUS ?? (await commitBeforeNewestMigration());
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-previous-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  await unpack(commit, folder);
  await requireLibraries(folder, commit);
  await symlink(libraries, join(folder, 'node_modules'));
  await run(process.execPath, ['scripts/build.mjs', '--bundle'], { cwd: folder }).catch((error) => {
    throw new Error(`The build of commit ${commit} has failed: ${error.stderr}`);
  });
  const resources = opened.move();
  return {
    program: join(folder, 'dist', 'server', 'main.js'),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function commitBeforeNewestMigration(): Promise<string> {
  try {
    const added = ['log', '-1', '--diff-filter=A', '--format=%H', '--', 'migrations/*-*.ts'];
    const { stdout: newest } = await run('git', added, { cwd: root });
    // Of a shallow clone, the oldest commit seems to add everything, and has no parent.
    const { stdout: parent } = await run('git', ['rev-parse', '--verify', `${newest.trim()}^`], {
      cwd: root,
    });
    return parent.trim();
  } catch (error) {
    throw new Error(
      'The history of this checkout does not reach the commit before the newest migration: fetch it with git fetch --unshallow.',
      { cause: error },
    );
  }
}

async function unpack(commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'commit.tar');
  await run('git', ['archive', `--output=${archive}`, commit], { cwd: root }).catch((error) => {
    throw new Error(`This checkout does not have the files of commit ${commit}: ${error.stderr}`);
  });
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
}

/** Another version of a library is accepted; the build shows whether it fits. */
async function requireLibraries(folder: string, commit: string): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !existsSync(join(libraries, name)),
  );
  if (missing.length === 0) return;
  throw new Error(`Commit ${commit} needs libraries that are not installed here: ${missing.join(', ')}.`);
}
