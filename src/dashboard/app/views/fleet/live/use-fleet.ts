import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import { useLiveConnection } from '../../../client/live-connection-context.js';
import type { DeviceFilter } from '../../../generated/graphql.js';
import type { Listing } from './device-table.js';
import { Fleet, type FleetSnapshot } from './fleet.js';
import { feedOf, type HeartbeatFeed } from './heartbeat-feed.js';

/**
 * Follows the devices that a filter selects. `fleet` is null in the first render only.
 * @param filter must keep its identity between renders.
 * @param listing which of them are listed.
 */
export function useFleet(
  filter: DeviceFilter,
  listing: Listing,
): {
  fleet: Fleet | null;
  feed: HeartbeatFeed;
  retry: () => void;
} {
  const client = useClient();
  const connection = useLiveConnection();
  const feed = feedOf(connection);
  const [fleet, setFleet] = useState<Fleet | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt starts again.
  useEffect(() => feed.start(), [feed, attempt]);
  const listed = useRef(listing);
  listed.current = listing;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt starts again.
  useEffect(() => {
    const started = new Fleet(client, connection, feed, filter, listed.current);
    started.start();
    setFleet(started);
    return () => started.stop();
  }, [client, connection, feed, filter, attempt]);
  const { order, presence } = listing;
  useEffect(() => fleet?.show({ order, presence }), [fleet, order, presence]);
  return { fleet, feed, retry };
}

export function useFleetSnapshot(fleet: Fleet): FleetSnapshot {
  return useSyncExternalStore(fleet.subscribe, fleet.getSnapshot);
}
