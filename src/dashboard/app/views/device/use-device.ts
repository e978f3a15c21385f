import { useCallback, useEffect } from 'react';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { useLiveConnection } from '../../client/live-connection-context.js';
import {
  DeviceHistoryDocument,
  type DeviceHistoryQuery,
  DeviceStatusDocument,
} from '../../generated/graphql.js';
import { useHistory } from './use-history.js';

export type LoadedDevice = NonNullable<DeviceHistoryQuery['device']>;

/** The gateway's largest page. */
const PAGE_SIZE = 100;

/**
 * A device with its history, loaded again whenever it comes online or goes offline.
 * @param from the start of the history, in milliseconds since the epoch.
 */
export function useDevice(id: string, from: number) {
  const variables = { id, from: new Date(from).toISOString(), last: PAGE_SIZE };
  const [{ data, error, fetching }, execute] = useQuery({ query: DeviceHistoryDocument, variables });
  const reload = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  const { failure, ...history } = useHistory(variables, data?.device?.history ?? null);
  const connection = useLiveConnection();
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
  return { device: data?.device, ...history, failure: error ? failureOf(error) : failure, fetching, reload };
}
