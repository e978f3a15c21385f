import type { HeartbeatRelay } from '../../devices/heartbeat-relay.js';

/** The only node receives all heartbeats itself. */
export class MemoryHeartbeatRelay implements HeartbeatRelay {
  follow(): () => void {
    return () => {};
  }
}
