import { expect } from '@jest/globals';
import { decodeCursor } from '../../../src/streams/position.js';
import type { TestNode } from './test-node.js';

const SCOPE = 'all';

/** A subscriber of transitions that knows which devices are online, and checks that each transition changes that. */
export class TestSubscriber {
  #offset = 0;
  #received: readonly number[] = [];
  #cursor = '';
  #online = new Set<number>();
  resets = 0;

  constructor(private node: TestNode) {
    this.#takeSnapshot();
  }

  /** Reads on, on the same node. */
  read(): void {
    for (let hasMore = true; hasMore; ) {
      const entries = this.node.log.since(this.#offset, 3);
      if (entries === null) {
        this.#reset();
        return;
      }
      for (const entry of entries) {
        if (this.node.log.isReceived(entry, this.#received)) continue;
        this.#cursor = this.node.log.cursor(this.node.log.offsetsAt(entry.offset, this.#received), SCOPE);
        if (!('reason' in entry)) continue;
        expect([entry.deviceId, this.#online.has(entry.deviceId)]).toEqual([entry.deviceId, !entry.online]);
        if (entry.online) this.#online.add(entry.deviceId);
        else this.#online.delete(entry.deviceId);
      }
      this.#offset += entries.length;
      hasMore = entries.length > 0;
    }
  }

  /** Reconnects to a node. */
  async resume(node: TestNode): Promise<void> {
    this.node = node;
    const position = decodeCursor(this.#cursor);
    if (node.log.isBehind(position, SCOPE)) await node.tick();
    const recovery = node.log.recover(position, SCOPE);
    if (recovery === null) return this.#reset();
    this.#offset = recovery.offset;
    this.#received = recovery.received;
    this.read();
  }

  isOn(node: TestNode): boolean {
    return this.node === node;
  }

  online(): number[] {
    return [...this.#online].sort((one, other) => one - other);
  }

  #reset(): void {
    this.resets += 1;
    this.#takeSnapshot();
  }

  #takeSnapshot(): void {
    const { log } = this.node;
    this.#offset = log.offset;
    this.#received = [];
    this.#cursor = log.cursor(log.offsetsAt(log.offset), SCOPE);
    this.#online = new Set(this.node.online());
  }
}
