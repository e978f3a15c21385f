import { MemoryPresence } from '../../../src/adapters/presence/memory.js';
import type { Database } from '../../../src/database/database.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import { FleetNode, INTERVAL_MS, type PresenceFleet, type TestTransition } from './presence-fleet.js';

/** The only node, which may be restarted. */
export class MemoryFleet implements PresenceFleet {
  readonly maxNodes = 1;
  readonly outlivesNodes = false;
  readonly nodes: FleetNode[] = [];
  #passed = 0;
  #offset = 0;

  constructor(private readonly db: Database) {}

  get now(): number {
    return Date.now() + this.#passed;
  }

  async join(): Promise<FleetNode> {
    const clock = () => this.now;
    const node = new FleetNode(
      new PresenceStore(this.db, 30_000),
      clock,
      (options) => new MemoryPresence(clock, { ...options, intervalMs: INTERVAL_MS }),
    );
    await node.presence.restore();
    this.nodes.push(node);
    this.#offset = node.log.offset;
    return node;
  }

  kill(): void {
    this.nodes.pop();
  }

  async close(node: FleetNode): Promise<void> {
    await node.recorder.saveTransitions();
    this.nodes.pop();
  }

  async pass(ms: number, afterTick: () => Promise<void>): Promise<void> {
    const [node] = this.nodes;
    const tickMs = node?.presence.tickMs ?? ms;
    for (const end = this.#passed + ms; this.#passed < end; ) {
      this.#passed = Math.min(this.#passed + tickMs, end);
      await node?.tick();
      await afterTick();
    }
  }

  /** There is nothing to lose. */
  async empty(): Promise<void> {}

  async transitions(): Promise<TestTransition[]> {
    const entries = this.nodes[0]?.log.since(this.#offset) ?? [];
    this.#offset += entries.length;
    return entries.flatMap((entry) =>
      'reason' in entry ? [{ deviceId: entry.deviceId, reason: entry.reason }] : [],
    );
  }

  async leased(): Promise<number[]> {
    return this.nodes[0]?.online() ?? [];
  }
}
