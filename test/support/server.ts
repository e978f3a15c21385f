import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from './command.js';

const MAIN = ['dist/server/main.js'];

/** The built server, as a process of its own. */
export interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** Its greeting, once it listens. @throws with what it says on its error output, when it ends instead. */
  ready(): Promise<string>;
  /** `http://127.0.0.1:port`, once it listens. @throws as `ready` does. */
  url(): Promise<string>;
}

const servers: Server[] = [];

/**
 * Starts it as `npm start` does, on a free port, with nothing of our own environment but what it needs to run.
 * @param args another way to start it.
 */
export function startServer(env: Readonly<Record<string, string>>, args: readonly string[] = MAIN): Server {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', PORTS: '0', LOG_LEVEL: 'warn', ...env },
  });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const greeted = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (/Gatehouse is ready.*\n/.test(output)) resolve(output.trim());
    });
  });
  const ended = once(child, 'close').then(([code]) => ({
    code,
    output: output.trim(),
    errors: errors.trim(),
  }));
  const ready = () => Promise.race([greeted, ended.then((end) => Promise.reject(new Error(end.errors)))]);
  const url = async () => /http:\/\/127\.0\.0\.1:\d+/.exec(await ready())?.[0] ?? '';
  const server = { child, ended, ready, url };
  servers.push(server);
  return server;
}

/** Ends those that a test left running, in the way that leaves no database behind. */
export async function stopServers(): Promise<void> {
  for (const { child } of servers) child.kill('SIGTERM');
  await Promise.all(servers.map(({ ended }) => ended));
}

/** A new folder that every user may enter: run as root, the database has a user of its own, who must get there. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse test '));
  await chmod(folder, 0o755);
  return folder;
}
