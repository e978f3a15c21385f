import { useCallback, useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { useLive } from '../api/gateway-context.js';
import { DeviceDocument, DeviceStatusDocument } from '../generated/graphql.js';
import { type Span, spanStart } from './span.js';

/** The history is asked for until then: what the gateway's clock is ahead of this one's must not hide what just was. */
const AHEAD_MS = 86_400_000;

/** A device with its history since the start of the span, asked for anew whenever it comes online or goes offline. */
export function useDevice(id: string, span: Span) {
  const live = useLive();
  const [opened] = useState(Date.now);
  const from = spanStart(span, opened);
  const range = { from: new Date(from).toISOString(), to: new Date(opened + AHEAD_MS).toISOString() };
  const [{ data, error, fetching }, ask] = useQuery({ query: DeviceDocument, variables: { id, ...range } });
  const reload = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  useEffect(
    () =>
      live.resume(
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
