import { useCallback, useEffect } from 'react';
import { useQuery } from 'urql';
import { useLiveConnection } from '../../client/gateway-context.js';
import { DeviceDocument, DeviceStatusDocument } from '../../generated/graphql.js';
import { useNow } from '../../time/clock.js';
import { rangeStart, type TimeRange } from './time-range.js';

/** The requested history ends in the future, so that the query's variables change only once a day. */
const AHEAD_MS = 2 * 86_400_000;

/** A device with its history since the start of a range, loaded again whenever it comes online or goes offline. */
export function useDevice(id: string, timeRange: TimeRange) {
  const connection = useLiveConnection();
  const today = rangeStart('today', useNow());
  const from = rangeStart(timeRange, today);
  const period = { from: new Date(from).toISOString(), to: new Date(today + AHEAD_MS).toISOString() };
  const [{ data, error, fetching }, execute] = useQuery({
    query: DeviceDocument,
    variables: { id, ...period },
  });
  const reload = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  useEffect(
    () =>
      connection.subscribeWithRecovery(
        DeviceStatusDocument,
        { filter: { ids: [id] } },
        ({ deviceStatus: { kind, cursor } }) => {
          if (kind !== 'RESET') reload();
          return cursor;
        },
        () => {},
      ),
    [connection, id, reload],
  );
  return { device: data?.device, from, error, fetching, reload };
}
