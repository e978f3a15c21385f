import { TestNode } from './test-node.js';

export const INTERVAL_MS = 30_000;

/** How the commands of a node to Redis fail: before they reach it, or after that. */
export type Failure = 'before' | 'after' | null;

/** A node whose commands may fail, and which may sleep. */
export class FleetNode extends TestNode {
  failure: Failure = null;
  isAsleep = false;
  /** Whether all its heartbeats took effect in time so far. */
  isReliable = true;
}

/** A transition as all nodes see it. */
export interface TestTransition {
  readonly deviceId: number;
  /** Null for a device that came online. */
  readonly reason: string | null;
}

/** Nodes that share their presence, and the time that passes for them. */
export interface PresenceFleet {
  readonly maxNodes: number;
  /** Whether offsets and transitions outlive a node that is killed. */
  readonly outlivesNodes: boolean;
  readonly nodes: readonly FleetNode[];
  readonly now: number;
  join(): Promise<FleetNode>;
  /** The node ends without saying so. */
  kill(node: FleetNode): void;
  close(node: FleetNode): Promise<void>;
  pass(ms: number, afterTick: () => Promise<void>): Promise<void>;
  /** What is shared is lost, but for the database. */
  empty(): Promise<void>;
  /** Those since the last call, as they are shared. */
  transitions(): Promise<TestTransition[]>;
  /** The devices that are online, as it is shared. */
  leased(): Promise<number[]>;
}
