import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Few enough for the connection pools of all servers to fit into one PostgreSQL. */
const CONNECTIONS = 8;
const HEAD_END = '\r\n\r\n';

/** The response to a request, with its body as text. */
export interface Response {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A request of HTTP/1.1 in bytes, made once and sent often. */
export function request(
  url: string,
  {
    method = 'POST',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string },
): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(lines.join('\r\n') + HEAD_END + body);
}

/** A connection that is kept alive, with one request at a time. Node's own client takes several times the CPU. */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #waiting: PromiseWithResolvers<Response> | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Rejects when the server closes the connection. */
  send(bytes: Buffer): Promise<Response> {
    this.#waiting = Promise.withResolvers();
    if (this.#socket.destroyed) this.#waiting.reject(new Error('The connection is closed.'));
    this.#socket.write(bytes);
    return this.#waiting.promise;
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + HEAD_END.length + length) return;
    const body = Buffer.from(this.#received.slice(end + HEAD_END.length), 'latin1').toString();
    this.#received = '';
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}

/** Sends one request over a connection of its own. */
export async function exchange(url: string, bytes: Buffer): Promise<Response> {
  const connection = await Connection.open(url);
  try {
    return await connection.send(bytes);
  } finally {
    connection.close();
  }
}

/**
 * Sends requests as fast as the server answers, over some connections.
 * @param next the request of this number.
 * @throws Error for a response that is no success.
 */
export async function load(url: string, count: number, next: (index: number) => Buffer): Promise<void> {
  let sent = 0;
  const work = async () => {
    const connection = await Connection.open(url);
    while (sent < count) {
      const { status, body } = await connection.send(next(sent++));
      if (status >= 300) throw new Error(`The server answered ${status}: ${body}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, work));
}
