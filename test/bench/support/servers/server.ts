import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const GATEHOUSE = path('../../../../dist/server/main.js');

interface Message {
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
  readonly ready?: string;
}

/** A server in a process of its own: a peer, or Gatehouse. */
export class Server implements AsyncDisposable {
  #questions = 0;
  readonly child: ChildProcess;
  /** `http://127.0.0.1:port`, or nothing for a process that does not listen. */
  readonly url: string;

  constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    // Each question waits for its answer.
    child.setMaxListeners(0);
  }

  /** Asks the probe in the process. */
  async ask(question: string, argument?: unknown): Promise<unknown> {
    const id = ++this.#questions;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const listen = (message: Message) => {
      if (message.id !== id) return;
      if (message.error === undefined) resolve(message.answer);
      else reject(new Error(message.error));
    };
    const onExit = () => reject(new Error(`The server ended before it answered "${question}".`));
    this.child.on('message', listen).once('exit', onExit);
    this.child.send({ id, question, argument });
    return promise.finally(() => this.child.off('message', listen).off('exit', onExit));
  }

  /** Microseconds of CPU so far. */
  async cpu(): Promise<number> {
    return Number(await this.ask('cpu'));
  }

  /** As `ask`, for an answer of several numbers. */
  async numbers(question: string, argument?: unknown): Promise<readonly number[]> {
    const answer = await this.ask(question, argument);
    return Array.isArray(answer) ? answer.map(Number) : [];
  }

  /** Bytes after garbage collection. */
  async memory(): Promise<{ rss: number; heapUsed: number }> {
    const [rss = 0, heapUsed = 0] = await this.numbers('memory');
    return { rss, heapUsed };
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await once(this.child, 'exit');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** @param name of a file in `peers/`. */
export const startPeer = (name: string, options: object = {}): Promise<Server> =>
  startHosted(path(`../../peers/${name}`), options);

/** Starts a process that subscribes; see `subscribers.ts`. */
export const startSubscribers = (): Promise<Server> => startHosted(path('../load/subscribers.ts'), {});

async function startHosted(file: string, options: object): Promise<Server> {
  const child = fork(path('./host.ts'), [file, JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = new Promise<string>((resolve) => {
    child.on('message', (message: Message) => {
      if (message.ready !== undefined) resolve(message.ready);
    });
  });
  return new Server(child, await orExit(child, ready, file));
}

/**
 * Starts Gatehouse as `npm start` does.
 * @param env its settings.
 */
export async function startGatehouse(env: Readonly<Record<string, string>>): Promise<Server> {
  const child = fork(GATEHOUSE, [], {
    execArgv: ['--expose-gc', '--import', path('./probe.ts')],
    env: { PATH: process.env.PATH ?? '', PORTS: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ready = new Promise<string>((resolve) => {
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', (line) => {
      const [, port] =
        /http:\/\/localhost:(\d+)/.exec(line.startsWith('Gatehouse is ready') ? line : '') ?? [];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
  return new Server(child, await orExit(child, ready, 'Gatehouse'));
}

const orExit = <T>(child: ChildProcess, ready: Promise<T>, name: string): Promise<T> =>
  Promise.race([
    ready,
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`${name} ended with ${code ?? signal} before it was ready.`);
    }),
  ]);
