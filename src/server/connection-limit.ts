import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { addressBucket } from '../rate-limits/address-bucket.js';

/** Of the files that the process may open. The rest is for packages, the database and the log. */
const SHARE = 0.8;

/**
 * Limits the open connections of all ports. Beyond the limit, the address with the most loses its latest one, so
 * that others can connect. The connections of a proxy are those of one address.
 */
export class ConnectionLimit {
  #open = 0;
  readonly #byAddress = new Map<string, Set<Socket>>();

  constructor(private readonly max: number) {}

  /** Counts a new connection until it closes. */
  add(socket: Socket): void {
    // Undefined if the client has disconnected already.
    const address = addressBucket(socket.remoteAddress ?? '');
    const sockets = this.#byAddress.get(address) ?? new Set<Socket>();
    this.#byAddress.set(address, sockets.add(socket));
    this.#open += 1;
    socket.once('close', () => this.#remove(address, socket));
    if (this.#open > this.max) this.#latestOfMost()?.destroy();
  }

  #remove(address: string, socket: Socket): void {
    const sockets = this.#byAddress.get(address);
    if (!sockets?.delete(socket)) return;
    this.#open -= 1;
    if (sockets.size === 0) this.#byAddress.delete(address);
  }

  #latestOfMost(): Socket | undefined {
    let most: ReadonlySet<Socket> = new Set();
    for (const sockets of this.#byAddress.values()) if (sockets.size >= most.size) most = sockets;
    return [...most].at(-1);
  }
}

/** How many connections the operating system allows; without a limit where it does not say. */
export async function maxConnections(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  return Math.floor(files * SHARE);
}
