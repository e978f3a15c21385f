import { readdir, readFile } from 'node:fs/promises';

/** Whether a process with this id exists, of any user. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a signal has stopped a process until SIGCONT. Known on Linux only. */
export async function isStopped(pid: number): Promise<boolean> {
  return (await readStat(pid))?.state === 'T';
}

/** A process, and its children where the system tells them, as Linux does. */
export async function withChildren(pid: number): Promise<number[]> {
  const ids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const stats = await Promise.all(ids.map(async (id) => ({ id, stat: await readStat(id) })));
  return [pid, ...stats.filter(({ stat }) => stat?.parent === pid).map(({ id }) => id)];
}

/** Sends a signal to processes. Those that have ended or belong to others are left out. */
export function sendSignal(signal: NodeJS.Signals, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {}
  }
}

/** The state and the parent of a process, from https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
async function readStat(pid: number): Promise<{ state: string; parent: number } | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name before may contain spaces and parentheses.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === undefined || parent === undefined ? null : { state, parent: Number(parent) };
}
