import { once } from 'node:events';
import WebSocket from 'ws';

export const PROTOCOL = 'graphql-transport-ws';

/** A message of graphql-transport-ws. */
type Message = { readonly id?: string; readonly type: string; readonly payload?: unknown };

/** A WebSocket client that sends any message, returns messages as they arrive, and can stop reading. */
export class RawLive {
  readonly #received: string[] = [];
  #wake: () => void = () => {};
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
    // Such as the end of a connection that the test has cut.
    socket.on('error', () => {});
    socket.on('message', (data) => {
      this.#received.push(String(data));
      this.#wake();
    });
  }

  /** Connects and signs in. Resolves once the server has acknowledged the connection or closed it. */
  static async open(host: string, token?: string): Promise<RawLive> {
    const live = await RawLive.connect(host);
    const payload = token ? { authorization: `Bearer ${token}` } : {};
    live.send({ type: 'connection_init', payload });
    await live.next();
    return live;
  }

  /** Connects without a connection_init. */
  static async connect(host: string, protocols: string[] = [PROTOCOL]): Promise<RawLive> {
    const live = new RawLive(new WebSocket(`ws://${host}/graphql`, protocols));
    await once(live.socket, 'open');
    return live;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** Waits until the server has handled all messages so far. @returns `id type` of the messages until then. */
  async settle(): Promise<string[]> {
    this.subscribe('settle', '{ __typename }');
    const seen: string[] = [];
    for (;;) {
      const { id, type } = await this.message();
      if (id === 'settle' && type === 'complete') return seen;
      if (id !== 'settle') seen.push(`${id} ${type}`);
    }
  }

  /** The text of the next message; null after the socket was closed. */
  async next(): Promise<string | null> {
    while (this.#received.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift() ?? null;
  }

  /** The next message. @throws Error if the socket is closed instead. */
  async message(): Promise<Message> {
    const text = await this.next();
    if (text === null) throw new Error(`The socket is closed: ${await this.closed}.`);
    return JSON.parse(text);
  }

  close(): Promise<number> {
    this.socket.terminate();
    return this.closed;
  }
}
