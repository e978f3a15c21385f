import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from './command.js';

const MAIN = ['dist/server/main.js'];

/** The built server as a separate process. */
export interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** The start message, once it listens. Rejects with the error output if the process exits before. */
  ready(): Promise<string>;
  /** `http://127.0.0.1:port`, once it listens. Rejects as `ready` does. */
  url(): Promise<string>;
}

const servers: Server[] = [];

/**
 * Starts the server as `npm start` does, on a free port, with no variable of the test's environment but PATH.
 * @param args arguments for Node, for another way to start.
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
  const started = new Promise<string>((resolve) => {
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
  const ready = () => Promise.race([started, ended.then((end) => Promise.reject(new Error(end.errors)))]);
  const url = async () => `http://127.0.0.1:${/http:\/\/localhost:(\d+)/.exec(await ready())?.[1]}`;
  const server = { child, ended, ready, url };
  servers.push(server);
  return server;
}

/** Stops the servers that a test left running, and with them their databases. */
export async function stopServers(): Promise<void> {
  for (const { child } of servers) child.kill('SIGTERM');
  await Promise.all(servers.map(({ ended }) => ended));
}

/** Creates a folder that every user may enter, as the system user of the embedded database must. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse test '));
  await chmod(folder, 0o755);
  return folder;
}
