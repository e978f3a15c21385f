import { z } from 'zod';
import type { GatewayClient } from './gateway-client.js';
import { follow } from './live-client.js';

const Device = z.object({
  id: z.string(),
  clientId: z.string().nullable(),
  name: z.string().nullable(),
  displayName: z.string().nullable(),
  online: z.boolean(),
  user: z.object({ id: z.string(), username: z.string().nullable(), phone: z.string().nullable() }),
});

const Event = z.object({
  deviceStatus: z.object({
    kind: z.string(),
    cursor: z.string(),
    at: z.string(),
    reason: z.string().nullable(),
    complete: z.boolean(),
    device: Device.nullable(),
    devices: z.array(z.object({ id: z.string() })).nullable(),
  }),
});

/** A device came online, went offline, or began or ceased to match the filter. `--json` prints all fields. */
export interface DeviceChange {
  readonly at: string;
  readonly kind: string;
  readonly reason: string | null;
  readonly device: z.output<typeof Device>;
}

interface DeviceListeners {
  /** @param online how many devices are online at the beginning. */
  onSnapshot(online: number): void;
  /** The gateway no longer has all changes since the last event. */
  onMissed(): void;
  onChange(change: DeviceChange): void;
  onDisconnect(): void;
}

/** Calls back with changes of devices as they happen. @throws GatewayError */
export function followDevices(
  client: GatewayClient,
  filter: object,
  { onSnapshot, onMissed, onChange, onDisconnect }: DeviceListeners,
): Promise<never> {
  let online = 0;
  return follow(client, {
    operation: 'DeviceChanges',
    variables: { filter },
    data: Event,
    onEvent({ deviceStatus: { kind, cursor, at, reason, complete, device, devices } }) {
      if (kind === 'RESET') onMissed();
      if (devices) online += devices.length;
      if (devices && complete) {
        onSnapshot(online);
        online = 0;
      }
      if (device) onChange({ at, kind, reason, device });
      return cursor;
    },
    onDisconnect,
  });
}
