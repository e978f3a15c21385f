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
 * What every PostgreSQL process is started with: none of the caller's locale, time zone or `PG*` variables,
 * and a working folder that every user may enter. Windows needs its own variables, so there they stay.
 */
export function surroundings(account: Account | undefined, variables: Record<string, string> = {}) {
  const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const posix = { env: { PATH, LC_ALL: 'C', TZ: 'UTC', ...variables }, cwd: '/' };
  return { ...(process.platform === 'win32' ? {} : posix), ...account, windowsHide: true };
}

/**
 * Runs a program to its end as `account`, or as ourselves without one.
 * @returns its standard output.
 * @throws the error of `execFile`, with `stderr`, when it cannot run or ends with another status than 0.
 */
export async function run(account: Account | undefined, program: string, args: readonly string[]) {
  const { stdout } = await execFileAsync(program, args, surroundings(account));
  return stdout;
}

/** Whether `account` may enter `folder`, asked of the system itself so that access lists count too. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (!account) return true;
  return run(account, 'test', ['-x', folder]).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL refuses to run as root; everybody else runs it as themselves. */
export function runningAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The system user `gatehouse`, created where it does not exist yet. Only for root.
 * @throws StartError when it can be neither found nor created.
 */
export async function systemAccount(): Promise<Account> {
  let reason = '';
  // Several gateways may start at once on a new machine: the user database is then locked for a moment.
  for (let attempt = 0; attempt < 10; attempt++) {
    const found = await findAccount();
    if (found) return found;
    reason = await createAccount();
    if (reason !== '') await setTimeout(100);
  }
  throw new StartError(
    `PostgreSQL does not run as root and the system user ${systemUser} could not be created (${reason}): ` +
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

/** @returns why it failed, or an empty text. */
async function createAccount(): Promise<string> {
  const useradd = ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', systemUser];
  try {
    await run(undefined, 'useradd', useradd);
    return '';
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return lastLine(error);
  }
  try {
    // BusyBox has no useradd.
    await run(undefined, 'adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', systemUser]);
    return '';
  } catch (error) {
    return lastLine(error);
  }
}

/** The line that tells most in what a failed program printed: its last error, else its last line. */
export function lastLine(failure: unknown): string {
  const printed = failure instanceof Error && 'stderr' in failure ? String(failure.stderr).trim() : '';
  const text = printed === '' ? String(failure instanceof Error ? failure.message : failure) : printed;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|fatal|panic|could not|cannot/i.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? 'no reason given')
    .replace(/^.*?(FATAL|PANIC|ERROR):\s+/i, '')
    .trim();
}
