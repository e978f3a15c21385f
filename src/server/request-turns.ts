import type { IncomingMessage, ServerResponse } from 'node:http';
import { FairQueue, type Waiter } from '../rate-limits/fair-queue.js';

/** Requests that a turn of the event loop handles as they arrive. Further ones wait for the next turn. */
const AT_ONCE = 10;
/** How long each turn handles requests that have waited, in milliseconds: it accepts few connections, see `accept`. */
const TURN_MS = 1;
/** Requests that a turn refuses, in about as long. */
const REFUSED_A_TURN = 50;
/** Heartbeats that wait at most, and as many other requests: each takes some kilobytes, and 0.1 ms of work or more. */
const CAPACITY = 4000;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What is done with requests. */
export interface RequestHandlers {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request that cannot wait, since too many others do. */
  refuse(request: IncomingMessage, response: ServerResponse): void;
  isHeartbeat(request: IncomingMessage): boolean;
  waiterOf(request: IncomingMessage): Waiter;
}

/**
 * Lets requests wait when more arrive than the event loop handles. Their clients take turns, and heartbeats wait for
 * other heartbeats only. Otherwise, a turn of the event loop would handle thousands of requests, while new connections
 * wait for seconds.
 */
export class RequestTurns {
  readonly #heartbeats = new FairQueue<Exchange>(CAPACITY);
  readonly #others = new FairQueue<Exchange>(CAPACITY);
  readonly #refused: Exchange[] = [];
  #atOnce = 0;
  #isScheduled = false;

  constructor(private readonly handlers: RequestHandlers) {}

  /** Handles a request now or in a later turn, or refuses one. */
  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    this.#schedule();
    const queue = this.handlers.isHeartbeat(request) ? this.#heartbeats : this.#others;
    if (queue.size === 0 && this.#atOnce < AT_ONCE) {
      this.#atOnce += 1;
      this.handlers.handle(request, response);
      return;
    }
    const refused = queue.push(this.handlers.waiterOf(request), { request, response });
    // Later, because its body is usually in the same packet.
    if (refused) this.#refused.push(refused);
  };

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false;
    this.#atOnce = 0;
    for (const { request, response } of this.#refused.splice(0, REFUSED_A_TURN)) {
      this.handlers.refuse(request, response);
    }
    this.#handleFor(TURN_MS, this.#heartbeats);
    this.#handleFor(TURN_MS, this.#others);
    if (this.#heartbeats.size + this.#others.size + this.#refused.length > 0) this.#schedule();
  };

  #handleFor(ms: number, queue: FairQueue<Exchange>): void {
    const end = performance.now() + ms;
    while (queue.size > 0 && performance.now() < end) {
      const next = queue.shift();
      if (next && !next.request.socket.destroyed) this.handlers.handle(next.request, next.response);
    }
  }
}
