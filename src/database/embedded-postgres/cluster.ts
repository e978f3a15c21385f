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
import { type Account, canEnter, lastLine, run, runningAsRoot, systemAccount } from './account.js';
import { isAlive } from './process.js';
import { makeReachableRoot, type Programs, reachableRoot } from './programs.js';

/** PostgreSQL's own name for the folder of one server's databases. */
export interface Cluster {
  /** Real path, reachable by the account that PostgreSQL runs as. */
  readonly folder: string;
  /** A sentence where it is, when it is not in the data folder itself. */
  readonly note?: string;
}

/** Name of the superuser, and of the database of the gateway. */
export const superuser = 'gatehouse';

/** Whom PostgreSQL runs as: ourselves, or for root the owner of the cluster that exists, or a system user. */
export async function chooseAccount(home: string): Promise<Account | undefined> {
  if (!runningAsRoot()) return undefined;
  const existing = await stat(join(home, 'postgres')).catch(() => undefined);
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const account = await systemAccount();
  // A backup that root copied back belongs to root, which PostgreSQL would refuse.
  if (existing)
    await run(undefined, 'chown', ['-R', `${account.uid}:${account.gid}`, join(home, 'postgres/')]);
  return account;
}

/**
 * The cluster of a data folder, made first where there is none. `<home>/postgres` is the cluster or, where the
 * account cannot enter the data folder, a link to it: so it is found again, and whoever removes the data folder
 * starts afresh.
 * @throws StartError when it belongs to another major version, is lost or closed, or cannot be made.
 */
export async function openCluster(
  programs: Programs,
  account: Account | undefined,
  home: string,
  password: string,
): Promise<Cluster> {
  const entry = join(home, 'postgres');
  if (!(await lstat(entry).catch(() => undefined))) {
    const reachable = await canEnter(account, home);
    const parent = reachable ? home : await makeReachableFolder(account);
    await initialise(programs, account, parent, password);
    if (!reachable) await symlink(join(parent, 'postgres'), entry);
  }
  const folder = await realpath(entry).catch(() => {
    throw new StartError(
      `${entry} links to a folder that is gone: restore it, or remove the link to begin with an empty database.`,
    );
  });
  await requireVersion(folder, programs.major);
  if (!(await canEnter(account, folder))) {
    throw new StartError(
      `The system user of the embedded PostgreSQL cannot reach ${folder}: ` +
        'move it out of the closed folder and leave a link in its place, or set DATABASE_URL.',
    );
  }
  if (folder === entry) return { folder };
  return { folder, note: `The embedded database is kept in ${folder}; ${entry} is a link to it.` };
}

async function makeReachableFolder(account: Account | undefined): Promise<string> {
  try {
    await makeReachableRoot();
    const folder = await mkdtemp(join(reachableRoot, 'data-'));
    await giveTo(account, folder);
    return folder;
  } catch (error) {
    throw new StartError(
      `No folder for the embedded database could be made in ${reachableRoot} (${lastLine(error)}).`,
    );
  }
}

async function giveTo(account: Account | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}

/** Made beside its place and then renamed: a start that is killed half-way leaves nothing that the next trusts. */
async function initialise(
  programs: Programs,
  account: Account | undefined,
  parent: string,
  password: string,
) {
  await sweepUnfinished(parent);
  const staging = await mkdtemp(join(parent, `postgres-init-${process.pid}-`));
  try {
    await giveTo(account, staging);
    const passwordFile = join(staging, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveTo(account, passwordFile);
    const cluster = join(staging, 'cluster');
    // The C.UTF-8 of PostgreSQL itself sorts and folds alike everywhere and needs no locale of the system.
    await run(account, programs.path('initdb'), [
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
    await rename(cluster, join(parent, 'postgres')).catch((error: unknown) => {
      // Another gateway was faster; which of the two may use it is decided at the start.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
    });
  } catch (error) {
    throw new StartError(`The embedded database could not be initialised in ${parent} (${lastLine(error)}).`);
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
      throw new StartError(`${folder} is not a readable PostgreSQL data folder (${lastLine(error)}).`);
    },
  );
  if (found === major) return;
  throw new StartError(
    `The data folder ${folder} belongs to PostgreSQL ${found}, but the embedded one is PostgreSQL ${major}: ` +
      `run a PostgreSQL ${found} on it and name that in DATABASE_URL, or dump and restore its databases.`,
  );
}
