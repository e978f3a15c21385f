import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { eventually } from '../eventually.js';
import { freePort } from './ports.js';

/** A running nginx. */
export interface Nginx {
  /** `host:port` */
  readonly host: string;
  /** Its error log. */
  readonly logged: () => string;
  close(): Promise<void>;
}

const installed = spawnSync('nginx', ['-v']).status === 0;

/** Skips tests that require nginx where it is not installed; the CI host has it. */
export const describeWithNginx = installed || process.env.CI ? describe : describe.skip;

/** @param http the directives of its `http` block, for the `host:port` to listen on. */
export async function startNginx(http: (listen: string) => string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-nginx-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  await mkdir(join(folder, 'logs'));
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log stderr warn;
    events { worker_connections 4096; }
    http { access_log off; ${paths.join(' ')} ${http(host)} }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return accepts(port);
  });
  return {
    host,
    logged: () => errors,
    close: async () => {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The configuration in docs/operations.md, with other addresses, as `host:port`. */
export function documentedNginx({ listen, upstream }: { listen: string; upstream: string }): string {
  const document = readFileSync('docs/operations.md', 'utf8');
  const configuration = /^```nginx.*\n([\s\S]*?)^```$/m.exec(document)?.[1] ?? '';
  return configuration.replace('listen 80;', `listen ${listen};`).replace('127.0.0.1:8080', upstream);
}

/** The `http` block of deploy/nginx.conf, with other addresses, as `host:port`. */
export function deployedNginx({
  listen,
  upstreams,
}: {
  listen: string;
  upstreams: readonly string[];
}): string {
  const configuration = readFileSync('deploy/nginx.conf', 'utf8');
  const http = /^http \{$([\s\S]*)^\}$/m.exec(configuration)?.[1] ?? '';
  const servers = upstreams.map((host) => `server ${host} max_fails=0;`).join('\n');
  return http
    .replace('listen 80;', `listen ${listen};`)
    .replace(/server \S+:8080 max_fails=0;\s+server \S+:8080 max_fails=0;/, servers);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((accepted) => {
    socket.destroy();
    return accepted === true;
  });
}
