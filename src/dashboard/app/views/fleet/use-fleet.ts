import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import { useLiveConnection } from '../../client/gateway-context.js';
import type { DeviceFilter } from '../../generated/graphql.js';
import { Fleet, type FleetSnapshot } from './fleet.js';

/**
 * The devices that a filter selects, live; null for a moment at first.
 * @param filter the same object while it is the same.
 */
export function useFleet(filter: DeviceFilter): { fleet: Fleet | null; retry: () => void } {
  const client = useClient();
  const live = useLiveConnection();
  const [fleet, setFleet] = useState<Fleet | null>(null);
  const [turn, setTurn] = useState(0);
  const retry = useCallback(() => setTurn((before) => before + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn is a new start.
  useEffect(() => {
    const followed = new Fleet(client, live, filter);
    followed.start();
    setFleet(followed);
    return () => followed.stop();
  }, [client, live, filter, turn]);
  return { fleet, retry };
}

export function useFleetSnapshot(fleet: Fleet): FleetSnapshot {
  return useSyncExternalStore(fleet.subscribe, fleet.getSnapshot);
}
