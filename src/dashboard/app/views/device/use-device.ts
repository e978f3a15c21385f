import { useCallback, useEffect } from 'react';
import { useQuery } from 'urql';
import { useLiveConnection } from '../../client/gateway-context.js';
import { DeviceDocument, DeviceStatusDocument } from '../../generated/graphql.js';
import { useNow } from '../../time/clock.js';
import { rangeStart, type TimeRange } from './time-range.js';

/** The history is asked for until then, far enough ahead for a page that stays open: it asks anew each day. */
const AHEAD_MS = 2 * 86_400_000;

/** A device with its history since the start of the span, asked for anew whenever it comes online or goes offline. */
export function useDevice(id: string, span: TimeRange) {
  const live = useLiveConnection();
  const today = rangeStart('today', useNow());
  const from = rangeStart(span, today);
  const range = { from: new Date(from).toISOString(), to: new Date(today + AHEAD_MS).toISOString() };
  const [{ data, error, fetching }, ask] = useQuery({ query: DeviceDocument, variables: { id, ...range } });
  const reload = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  useEffect(
    () =>
      live.subscribeWithRecovery(
        DeviceStatusDocument,
        { filter: { ids: [id] } },
        ({ deviceStatus: { kind, cursor } }) => {
          if (kind !== 'RESET') reload();
          return cursor;
        },
        () => {},
      ),
    [live, id, reload],
  );
  return { device: data?.device, from, error, fetching, reload };
}
