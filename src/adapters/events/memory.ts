import { EventEmitter } from 'node:events';
import type { Events } from './port.js';

/** Events within this process. */
export class MemoryEvents implements Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(topic: string, event: unknown): void {
    this.#emitter.emit(topic, event);
  }

  subscribe(topic: string, listener: (event: unknown) => void): () => void {
    this.#emitter.on(topic, listener);
    return () => this.#emitter.off(topic, listener);
  }
}
