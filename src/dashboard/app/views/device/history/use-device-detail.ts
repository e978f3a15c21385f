import { useEffect } from 'react';
import { useQuery } from 'urql';
import { DeviceDetailDocument, type DeviceDetailQuery } from '../../../generated/graphql.js';

export type DeviceDetail = NonNullable<DeviceDetailQuery['device']>;

/** As often as most devices send heartbeats. */
const REFRESH_MS = 30_000;

/** What changes with the heartbeats of a device; null while loading. A failure leaves what was loaded before. */
export function useDeviceDetail(id: string): DeviceDetail | null {
  const [{ data }, reload] = useQuery({ query: DeviceDetailDocument, variables: { id } });
  useEffect(() => {
    const refresh = () => !document.hidden && reload({ requestPolicy: 'network-only' });
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return data?.device ?? null;
}
