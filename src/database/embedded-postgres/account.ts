import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartError } from '../../errors.js';

/** The system user that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const systemUser = 'gatehouse';
const execFileAsync = promisify(execFile);

/**
 * The spawn options of every PostgreSQL process: without the locale, time zone and `PG*` variables of the gateway, in a
 * working folder that every user may enter. On Windows the variables stay, since its programs need them.
 */
export function processOptions(account: Account | undefined, variables: Record<string, string> = {}) {
  const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const posix = { env: { PATH, LC_ALL: 'C', TZ: 'UTC', ...variables }, cwd: '/' };
  return { ...(process.platform === 'win32' ? {} : posix), ...account, windowsHide: true };
}

/**
 * Runs a program as `account`, or as the current user without one, until it exits.
 * @returns its standard output.
 * @throws the error of `execFile`, with `stderr`, if it cannot run or exits with a status other than 0.
 */
export async function run(account: Account | undefined, program: string, args: readonly string[]) {
  const { stdout } = await execFileAsync(program, args, processOptions(account));
  return stdout;
}

/** Whether `account` may enter `folder`. The system decides, so that access lists count too. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (!account) return true;
  return run(account, 'test', ['-x', folder]).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL refuses to run as root; for any other user it runs as that user. */
export function runningAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The system user `gatehouse`, which is created if it does not exist. Requires root.
 * @throws StartError if it can be neither found nor created.
 */
export async function systemAccount(): Promise<Account> {
  let reason = '';
  // The user database is locked while another gateway that starts at the same time creates the user.
  for (let attempt = 0; attempt < 10; attempt++) {
    const found = await findAccount();
    if (found) return found;
    reason = await createAccount();
    if (reason !== '') await setTimeout(100);
  }
  throw new StartError(
    `PostgreSQL does not run as root, and the system user ${systemUser} could not be created (${reason}): ` +
      'create it, start the gateway as another user, or set DATABASE_URL.',
  );
}

async function findAccount(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      run(undefined, 'id', ['-u', systemUser]),
      run(undefined, 'id', ['-g', systemUser]),
    ]);
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

/** @returns the reason of a failure, else an empty string. */
async function createAccount(): Promise<string> {
  const useradd = ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', systemUser];
  try {
    await run(undefined, 'useradd', useradd);
    return '';
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return failureReason(error);
  }
  try {
    // BusyBox has no useradd.
    await run(undefined, 'adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', systemUser]);
    return '';
  } catch (error) {
    return failureReason(error);
  }
}

/** The most informative line that a failed program printed: its last error, else its last line. */
export function failureReason(failure: unknown): string {
  const printed = failure instanceof Error && 'stderr' in failure ? String(failure.stderr).trim() : '';
  const text = printed === '' ? String(failure instanceof Error ? failure.message : failure) : printed;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|fatal|panic|could not|cannot/i.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? 'no reason given')
    .replace(/^.*?(FATAL|PANIC|ERROR):\s+/i, '')
    .trim();
}
