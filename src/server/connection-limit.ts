import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { addressBucket } from '../rate-limits/address-bucket.js';

/** Of the files that the process may open. The rest is for packages, the database and the log. */
const SHARE = 0.8;

/** The open connections of one address. */
class Peer {
  readonly #open = new Set<Socket>();
  /** In their order, beside some that have closed: a set gives its latest element only after all others. */
  #arrived: Socket[] = [];

  constructor(readonly address: string) {}

  get count(): number {
    return this.#open.size;
  }

  add(socket: Socket): void {
    this.#open.add(socket);
    if (this.#arrived.length > 2 * this.#open.size) this.#arrived = [...this.#open];
    else this.#arrived.push(socket);
  }

  /** @returns whether it was open. */
  delete(socket: Socket): boolean {
    return this.#open.delete(socket);
  }

  latest(): Socket | undefined {
    for (;;) {
      const socket = this.#arrived.at(-1);
      if (!socket || this.#open.has(socket)) return socket;
      this.#arrived.pop();
    }
  }
}

/**
 * Limits the open connections of all ports. Beyond the limit, the address with the most loses its latest one, so
 * that others can connect. The connections of a proxy are those of one address. The cost of a connection does not grow
 * with their number.
 */
export class ConnectionLimit {
  #open = 0;
  readonly #peers = new Map<string, Peer>();
  /** The peers with as many connections as the index. The last set is not empty. */
  readonly #byCount: Set<Peer>[] = [];

  constructor(private readonly max: number) {}

  /** Counts a new connection until it closes. */
  add(socket: Socket): void {
    // Undefined if the client has disconnected already.
    const address = addressBucket(socket.remoteAddress ?? '');
    const peer = this.#peers.get(address) ?? new Peer(address);
    this.#peers.set(address, peer);
    peer.add(socket);
    this.#countChanged(peer, 1);
    socket.once('close', () => this.#remove(peer, socket));
    if (this.#open > this.max) this.#dropOne(peer);
  }

  /** @param newest the peer that has connected. It gives way to others that have as many connections. */
  #dropOne(newest: Peer): void {
    const most = this.#byCount.at(-1) ?? new Set();
    const [peer = newest] = most.has(newest) ? [newest] : most;
    const socket = peer.latest();
    // At once: it closes in a later turn of the event loop.
    if (socket) this.#remove(peer, socket);
    socket?.destroy();
  }

  #remove(peer: Peer, socket: Socket): void {
    if (!peer.delete(socket)) return;
    this.#countChanged(peer, -1);
    if (peer.count === 0) this.#peers.delete(peer.address);
  }

  #countChanged(peer: Peer, by: 1 | -1): void {
    this.#open += by;
    this.#byCount[peer.count - by]?.delete(peer);
    const peers = this.#byCount[peer.count] ?? new Set();
    if (peer.count > 0) this.#byCount[peer.count] = peers.add(peer);
    if (this.#byCount.at(-1)?.size === 0) this.#byCount.pop();
  }
}

/** How many connections the operating system allows; without a limit where it does not say. */
export async function maxConnections(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  return Math.floor(files * SHARE);
}
