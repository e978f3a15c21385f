import { EventEmitter } from 'node:events';
import type { Events, Topic } from '../../streams/events.js';

/** Events within this process. */
export class MemoryEvents implements Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish<T>({ name }: Topic<T>, event: T): void {
    this.#emitter.emit(name, event);
  }

  subscribe<T>({ name }: Topic<T>, listener: (event: T) => void): () => void {
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }

  subscribeToOthers(): () => void {
    return () => {};
  }

  /** The names of the topics that have subscribers. */
  names(): string[] {
    return this.#emitter.eventNames().map(String);
  }
}
