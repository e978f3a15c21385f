import { once } from 'node:events';
import WebSocket from 'ws';

/** A client of the live API that shows every message as the text that came, and can stop reading. */
export class RawLive {
  readonly #received: string[] = [];
  #wake: () => void = () => {};
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    this.closed = once(socket, 'close').then(([code]) => code);
    this.closed.then(() => this.#wake());
    socket.on('error', () => {});
    socket.on('message', (data) => {
      this.#received.push(String(data));
      this.#wake();
    });
  }

  /** Connects and signs in. @returns after the server has acknowledged it, or closed. */
  static async open(host: string, token?: string): Promise<RawLive> {
    const live = await RawLive.connect(host);
    const payload = token ? { authorization: `Bearer ${token}` } : {};
    live.send({ type: 'connection_init', payload });
    await live.next();
    return live;
  }

  /** Connects and says nothing. */
  static async connect(host: string): Promise<RawLive> {
    const socket = new WebSocket(`ws://${host}/graphql`, 'graphql-transport-ws');
    const live = new RawLive(socket);
    await once(socket, 'open');
    return live;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** Comes back once all that was sent before has been taken up. */
  async settle(): Promise<void> {
    this.subscribe('settle', '{ __typename }');
    while (!(await this.next())?.includes('"complete"'));
  }

  /** The next message; null once the socket is closed. */
  async next(): Promise<string | null> {
    while (this.#received.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift() ?? null;
  }

  close(): Promise<number> {
    this.socket.terminate();
    return this.closed;
  }
}
