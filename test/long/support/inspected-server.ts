import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import WebSocket from 'ws';
import { type Server, startServer } from '../../support/server.js';

/** What a server holds at one moment. */
export interface Holdings {
  /** Bytes of its heap after garbage collection. */
  readonly heap: number;
  /** Open files, sockets included. */
  readonly files: number;
  readonly sockets: number;
  readonly timers: number;
}

/** A server whose memory and handles are measured from outside, by Node's inspector and `/proc`; Linux only. */
export class InspectedServer {
  #lastId = 0;

  private constructor(
    readonly server: Server,
    /** `host:port`. */
    readonly host: string,
    private readonly inspector: WebSocket,
  ) {}

  static async start(settings: Readonly<Record<string, string>>): Promise<InspectedServer> {
    const server = startServer(settings, ['--inspect=127.0.0.1:0', 'dist/server/main.js']);
    const inspector = new WebSocket(await inspectorUrl(server));
    await once(inspector, 'open');
    return new InspectedServer(server, new URL(await server.url()).host, inspector);
  }

  /** To be called before the server is stopped, which waits for its inspector. */
  close(): void {
    this.inspector.close();
  }

  async holdings(): Promise<Holdings> {
    // Twice: finalizers run after the first collection.
    for (let round = 0; round < 2; round++) await this.#ask('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#ask('Runtime.getHeapUsage');
    const expression = 'process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length';
    const { result } = await this.#ask('Runtime.evaluate', { expression });
    const folder = `/proc/${this.server.child.pid}/fd`;
    const names = await readdir(folder);
    // A file may be closed meanwhile.
    const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
    const sockets = targets.filter((target) => target.startsWith('socket:')).length;
    return { heap: usedSize, files: names.length, sockets, timers: result.value };
  }

  // biome-ignore lint/suspicious/noExplicitAny: each method of the protocol has its own result.
  async #ask(method: string, params: object = {}): Promise<any> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.inspector.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [message] = await once(this.inspector, 'message');
      const answer = JSON.parse(String(message));
      if (answer.id === id) return answer.result;
    }
  }
}

async function inspectorUrl({ child }: Server): Promise<string> {
  let errors = '';
  for (;;) {
    const [chunk] = await once(child.stderr ?? child, 'data');
    errors += chunk;
    const url = /ws:\/\/\S+/.exec(errors)?.[0];
    if (url) return url;
  }
}
