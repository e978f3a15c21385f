import type pg from 'pg';

/**
 * While a database hangs, lets every connection to it fail at once: requests that waited for it would take all memory,
 * and their clients would wait for nothing.
 */
export class CircuitBreaker {
  readonly #clients = new Set<pg.Client>();
  #isOpen = false;

  /** Breaks all connections, those that are being opened too, and refuses new ones until `close`. */
  open(): void {
    this.#isOpen = true;
    for (const client of this.#clients) breakConnection(client);
  }

  /** Allows connections again. */
  close(): void {
    this.#isOpen = false;
  }

  /** Connects a client, whose connection `open` breaks. @throws Error while connections are refused. */
  async connect<T>(client: pg.Client, connect: () => Promise<T>): Promise<T> {
    // As the driver reports a connection that was broken.
    if (this.#isOpen) throw new Error('Connection terminated: the database does not answer');
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    try {
      return await connect();
    } catch (error) {
      this.#clients.delete(client);
      throw error;
    }
  }
}

/** Without a message to the server, which might never be read. */
export const breakConnection = ({ connection }: pg.Client): void => void connection.stream.destroy();
