import type { WebSocket } from 'ws';

/** A client that does not answer a ping until the next one is terminated. Proxies mostly allow a minute of silence. */
const PING_MS = 25_000;
/** The sockets of a group are pinged together, the groups one after the other. */
const GROUPS = 20;

/** Pings all sockets by one timer, since a timer for each would be much of the memory of an idle socket. */
export class KeepAlive {
  readonly #groups = Array.from({ length: GROUPS }, () => new Set<WebSocket>());
  /** Sockets that have not answered the latest ping. */
  readonly #unanswered = new Set<WebSocket>();
  /** One listener for all sockets, which ws calls with the socket as `this`. */
  readonly #onPong: (this: WebSocket) => void;
  readonly #timer: NodeJS.Timeout;
  #next = 0;
  #added = 0;

  constructor() {
    const unanswered = this.#unanswered;
    this.#onPong = function () {
      unanswered.delete(this);
    };
    this.#timer = setInterval(() => this.#pingNextGroup(), PING_MS / GROUPS);
  }

  add(socket: WebSocket): void {
    this.#groups[this.#added++ % GROUPS]?.add(socket);
    socket.on('pong', this.#onPong);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #pingNextGroup(): void {
    const group = this.#groups[this.#next++ % GROUPS];
    for (const socket of group ?? []) {
      if (socket.readyState === socket.CLOSED) {
        group?.delete(socket);
        this.#unanswered.delete(socket);
      } else if (this.#unanswered.has(socket)) {
        socket.terminate();
      } else {
        this.#unanswered.add(socket);
        socket.ping();
      }
    }
  }
}
