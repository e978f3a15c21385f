import { useRef, useSyncExternalStore } from 'react';
import { gatewayTime } from '../../../time/clock.js';
import type { Fleet } from '../live/fleet.js';
import type { HeartbeatFeed } from '../live/heartbeat-feed.js';
import type { LiveValues } from './history-series.js';

const MINUTE_SECONDS = 60;

/** What the subscriptions of the page know, updated every second. @param isWhole whether the fleet is not filtered. */
export function useLiveValues(fleet: Fleet, feed: HeartbeatFeed, isWhole: boolean): LiveValues {
  const latest = useRef<LiveValues | null>(null);
  return useSyncExternalStore(feed.subscribe, () => {
    const at = Math.floor(gatewayTime() / 1000) * 1000;
    if (latest.current?.at !== at) {
      const online =
        isWhole && fleet.getSnapshot().live ? (fleet.getSnapshot().counts?.online ?? null) : null;
      latest.current = { at, online, heartbeats: heartbeatsPerSecond(feed) };
    }
    return latest.current;
  });
}

function heartbeatsPerSecond({ counter }: HeartbeatFeed): number | null {
  const counts = counter.series(Date.now()).counts.slice(-MINUTE_SECONDS);
  if (counts.includes(null)) return null;
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) / MINUTE_SECONDS;
}
