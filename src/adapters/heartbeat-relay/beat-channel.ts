import type { RedisClient } from '../../redis/client.js';

/** A channel of binary messages. Each reaches all nodes that listen, its own one as well, at most once. */
export class BeatChannel {
  #subscriber: RedisClient | undefined;
  #heardAt = 0;

  /**
   * @param openSubscriber creates a client of its own, not yet connected.
   * @param name of the channel in Redis.
   */
  constructor(
    private readonly client: RedisClient,
    private readonly openSubscriber: () => RedisClient,
    private readonly name: string,
    private readonly onMessage: (message: Buffer) => void,
  ) {}

  send(message: Buffer): void {
    this.client.spublish(this.name, message).catch(() => {});
  }

  /** Whether a message has arrived within some milliseconds, or the channel was opened in that time. */
  hasHeard(withinMs: number): boolean {
    return this.#subscriber !== undefined && performance.now() <= this.#heardAt + withinMs;
  }

  /** Listens from now on, over a connection of its own. @throws if Redis cannot be reached. */
  async open(): Promise<void> {
    this.close();
    const subscriber = this.openSubscriber();
    this.#subscriber = subscriber;
    this.#heardAt = performance.now();
    subscriber.on('smessageBuffer', (_name: Buffer, message: Buffer) => {
      this.#heardAt = performance.now();
      this.onMessage(message);
    });
    try {
      await subscriber.connect();
      // Sharded, because a cluster sends other messages to all of its nodes.
      await subscriber.ssubscribe(this.name);
    } catch (error) {
      if (this.#subscriber === subscriber) this.close();
      throw error;
    }
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#subscriber = undefined;
  }
}
