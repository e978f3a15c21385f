import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { addressOf } from './address.ts';
import { openFolder } from './cluster.ts';

/** A `redis-server`, configured as docs/scaling.md says. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly #client: Redis;
  readonly #end: () => Promise<void>;

  private constructor(url: string, client: Redis, end: () => Promise<void>) {
    this.url = url;
    this.#client = client;
    this.#end = end;
  }

  static async start(): Promise<RedisServer> {
    const folder = await openFolder();
    const port = await freePort();
    const settings = { port, dir: folder, bind: '127.0.0.1', save: '', appendonly: 'yes' };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    const url = `redis://127.0.0.1:${port}`;
    // Waits until the server accepts connections.
    const client = new Redis(url);
    client.on('error', () => {});
    await client.ping();
    return new RedisServer(url, client, async () => {
      client.disconnect();
      child.kill('SIGKILL');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }

  /** Microseconds of CPU so far, those of rewriting the append-only file included. */
  async cpu(): Promise<number> {
    const info = await this.#client.info('cpu');
    const seconds = [...info.matchAll(/^used_cpu_(?:sys|user)(?:_children)?:([\d.]+)/gm)];
    return 1e6 * seconds.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** Bytes of all data. */
  async memory(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.#client.info('memory'))?.[1]);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = new URL(addressOf(probe));
  probe.close();
  await once(probe, 'close');
  return Number(port);
}
