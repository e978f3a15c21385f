import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The processes of the embedded database in a data folder, the postmaster first. Linux and macOS only. */
export async function databaseProcesses(dataDir: string): Promise<number[]> {
  const { pid } = await postmasterOf(dataDir);
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.split('\n').filter(Boolean).map(Number)];
}

/** The URL of the running embedded database in a data folder. */
export async function embeddedDatabaseUrl(dataDir: string): Promise<string> {
  const { port } = await postmasterOf(dataDir);
  const password = await readFile(join(dataDir, 'postgres.password'), 'utf8');
  return `postgresql://gatehouse:${password}@127.0.0.1:${port}/gatehouse`;
}

/** Line 1 of `postmaster.pid` is the process, line 4 the port. */
async function postmasterOf(dataDir: string): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/** Sends a signal to a process, unless it has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
