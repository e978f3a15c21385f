import type { Clock } from '../clock.js';
import type { HeartbeatRelay, RecordedHeartbeats } from '../devices/heartbeat-relay.js';
import type { Presence, PresenceOptions } from '../devices/presence.js';
import type { Health } from '../health/health.js';
import type { JobLeases } from '../jobs/job-leases.js';
import type { NodeInfo } from '../nodes/node-info.js';
import type { Limiters } from '../rate-limits/limiters.js';
import type { Events } from '../streams/events.js';
import type { Tracing } from '../tracing/tracing.js';
import { MemoryEvents } from './events/memory.js';
import { MemoryHeartbeatRelay } from './heartbeat-relay/memory.js';
import { MemoryJobLeases } from './job-leases/memory.js';
import { MemoryPresence } from './presence/memory.js';
import { MemoryLimiters } from './rate-limits/memory.js';

/** What the nodes of a fleet share besides the database. */
export interface SharedState {
  readonly events: Events;
  readonly jobLeases: JobLeases;
  readonly limiters: Limiters;
  readonly createPresence: (options: PresenceOptions) => Presence;
  readonly createHeartbeatRelay: (recorded: RecordedHeartbeats) => HeartbeatRelay;
  /** The other nodes that run, as of some seconds ago. */
  readonly otherNodes: () => readonly NodeInfo[];
  /** Whether each of them runs a version that has this setting. */
  everyNodeKnows(setting: string): boolean;
}

/** Used to report about shared state. */
export interface StateReports {
  /** Learns whether Redis works. */
  readonly health: Health;
  /** Receives what the operator should know. */
  warn(sentence: string): void;
  /** Records commands of Redis; null where no traces are sent. */
  readonly tracing: Tracing | null;
}

/** Shared state in use. */
export interface OpenedState {
  readonly state: SharedState;
  close(): Promise<void>;
}

/** The state of the only node. */
export const stateInMemory = (clock: Clock): SharedState => ({
  events: new MemoryEvents(),
  jobLeases: new MemoryJobLeases(clock),
  limiters: new MemoryLimiters(),
  createPresence: (options) => new MemoryPresence(clock, options),
  createHeartbeatRelay: () => new MemoryHeartbeatRelay(),
  otherNodes: () => [],
  everyNodeKnows: () => true,
});
