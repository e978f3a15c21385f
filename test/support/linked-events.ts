import { MemoryEvents } from '../../src/adapters/events/memory.js';
import type { Events, Topic } from '../../src/streams/events.js';
import { sharedTopic } from '../../src/streams/events.js';

/** The events of nodes in one process. Those of a shared topic reach the other nodes when the test delivers them. */
export class LinkedEvents implements Events {
  readonly #local = new MemoryEvents();
  readonly #ofOthers = new MemoryEvents();
  readonly #arriving: (() => void)[] = [];
  #others: readonly LinkedEvents[] = [];

  static nodes(count: number): LinkedEvents[] {
    const nodes = Array.from({ length: count }, () => new LinkedEvents());
    for (const node of nodes) node.#others = nodes.filter((other) => other !== node);
    return nodes;
  }

  publish<T>(topic: Topic<T>, event: T): void {
    this.#local.publish(topic, event);
    if (!topic.isShared) return;
    for (const other of this.#others) other.#arriving.push(() => other.#receive(topic, event));
  }

  subscribe<T>(topic: Topic<T>, listener: (event: T) => void): () => void {
    return this.#local.subscribe(topic, listener);
  }

  subscribeToOthers<T>(topic: Topic<T>, listener: (event: T) => void): () => void {
    return this.#ofOthers.subscribe(topic, listener);
  }

  /** Receives what other nodes have published so far. */
  deliver(): void {
    for (const receive of this.#arriving.splice(0)) receive();
  }

  /** Misses what other nodes have published so far, and notices it. */
  miss(): void {
    this.#arriving.length = 0;
    const names = [...this.#local.names(), ...this.#ofOthers.names()];
    for (const name of new Set(names)) this.#receive(sharedTopic(name), null);
  }

  #receive<T>(topic: Topic<T>, event: T): void {
    for (const events of [this.#local, this.#ofOthers]) events.publish(topic, event);
  }
}
