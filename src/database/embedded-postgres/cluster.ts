import {
  chown,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.js';
import { type Account, canEnter, failureReason, run, runningAsRoot, systemAccount } from './account.js';
import { isAlive } from './process.js';
import { makeReachableRoot, type Programs, reachableRoot } from './programs.js';

/** A cluster is PostgreSQL's term for the folder that holds the databases of one server. */
export interface Cluster {
  /** The real path, reachable by the account that PostgreSQL runs as. */
  readonly folder: string;
  /** A sentence for the operator if the cluster is not in the data folder itself. */
  readonly note?: string;
}

/** How a cluster is created. */
interface Creator {
  readonly programs: Programs;
  /** The account that PostgreSQL runs as; undefined for the current user. */
  readonly account: Account | undefined;
  /** Called when a program runs that creates the cluster. */
  readonly onLaunch?: (() => void) | undefined;
}

/** The name of the superuser and of the gateway's database. */
export const superuser = 'gatehouse';

/**
 * The account that PostgreSQL runs as: for root, the owner of the existing cluster or a system user.
 * @returns undefined for the current user.
 */
export async function chooseAccount(home: string): Promise<Account | undefined> {
  if (!runningAsRoot()) return undefined;
  const existing = await stat(join(home, 'postgres')).catch(() => undefined);
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const account = await systemAccount();
  // A backup that root restored belongs to root, which PostgreSQL refuses.
  if (existing)
    await run(undefined, 'chown', ['-R', `${account.uid}:${account.gid}`, join(home, 'postgres/')]);
  return account;
}

/**
 * The cluster of a data folder, created if there is none. `<home>/postgres` is the cluster or, if the account cannot
 * enter the data folder, a link to it: removing the data folder then still resets the gateway.
 * @throws StartError if it belongs to another major version, is missing or unreachable, or cannot be created.
 */
export async function openCluster(
  { programs, account, onLaunch }: Creator,
  home: string,
  password: string,
): Promise<Cluster> {
  const entry = join(home, 'postgres');
  if (!(await lstat(entry).catch(() => undefined))) {
    const reachable = await canEnter(account, home);
    const parent = reachable ? home : await makeReachableFolder(account);
    await initializeCluster({ programs, account, onLaunch }, parent, password);
    if (!reachable) await symlink(join(parent, 'postgres'), entry);
  }
  const folder = await realpath(entry).catch(() => {
    throw new StartError(
      `${entry} links to a folder that does not exist: restore the folder, or remove the link to start with an empty database.`,
    );
  });
  await requireVersion(folder, programs.major);
  if (!(await canEnter(account, folder))) {
    throw new StartError(
      `The system user of the embedded PostgreSQL cannot reach ${folder}: ` +
        'move it to a folder that the user may enter and leave a link in its place, or set DATABASE_URL.',
    );
  }
  if (folder === entry) return { folder };
  return { folder, note: `The embedded database is kept in ${folder}; ${entry} is a link to it.` };
}

async function makeReachableFolder(account: Account | undefined): Promise<string> {
  try {
    await makeReachableRoot();
    const folder = await mkdtemp(join(reachableRoot, 'data-'));
    await chownTo(account, folder);
    return folder;
  } catch (error) {
    throw new StartError(
      `The folder for the embedded database could not be created in ${reachableRoot} (${failureReason(error)}).`,
    );
  }
}

async function chownTo(account: Account | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}

/** Creates the cluster under another name and renames it, so that a start that is killed leaves no partial cluster. */
async function initializeCluster({ programs, account, onLaunch }: Creator, parent: string, password: string) {
  await sweepUnfinished(parent);
  const staging = await mkdtemp(join(parent, `postgres-init-${process.pid}-`));
  try {
    await chownTo(account, staging);
    const passwordFile = join(staging, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await chownTo(account, passwordFile);
    const cluster = join(staging, 'cluster');
    // PostgreSQL's own C.UTF-8 sorts the same everywhere and requires no locale of the system.
    const initialized = run(account, programs.path('initdb'), [
      ...['--pgdata', cluster, '--username', superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...[
        '--encoding',
        'UTF8',
        '--locale',
        'C',
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
      ],
      '--no-instructions',
    ]);
    onLaunch?.();
    await initialized;
    await rename(cluster, join(parent, 'postgres')).catch((error: unknown) => {
      // Another gateway was faster; the lock decides which of the two may use the cluster.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
    });
  } catch (error) {
    const reason = failureReason(error);
    const remedy = reason.includes('effective user ID')
      ? ': give the user id a name in /etc/passwd, or set DATABASE_URL'
      : '';
    throw new StartError(`The embedded database could not be initialised in ${parent} (${reason})${remedy}.`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function sweepUnfinished(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^postgres-init-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function requireVersion(folder: string, major: string): Promise<void> {
  const found = await readFile(join(folder, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      throw new StartError(`${folder} is not a readable PostgreSQL data folder (${failureReason(error)}).`);
    },
  );
  if (found === major) return;
  throw new StartError(
    `The data folder ${folder} belongs to PostgreSQL ${found}, but the embedded database is PostgreSQL ${major}: ` +
      `run PostgreSQL ${found} on it and set DATABASE_URL, or dump and restore its databases.`,
  );
}
