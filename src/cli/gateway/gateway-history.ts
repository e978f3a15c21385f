import { z } from 'zod';
import { type GatewayClient, GatewayError } from './gateway-client.js';
import { Device } from './gateway-devices.js';

const edgesOf = <T extends z.ZodType>(node: T) => z.object({ edges: z.array(z.object({ node })) });

const DeviceDetail = Device.extend({
  session: z.object({ address: z.string().nullable() }).nullable(),
  timing: z
    .object({
      expectedSeconds: z.number(),
      observedSeconds: z.number().nullable(),
      jitterSeconds: z.number().nullable(),
    })
    .nullable(),
  versionChanges: edgesOf(
    z.object({ previousVersion: z.string().nullable(), version: z.string().nullable(), at: z.string() }),
  ),
  history: edgesOf(z.object({ online: z.boolean(), reason: z.string().nullable(), at: z.string() })),
});

/** A device with its latest changes. `--json` prints all fields. */
export type DeviceDetail = z.output<typeof DeviceDetail>;

/** @throws GatewayError */
export async function readDeviceDetail(client: GatewayClient, id: string): Promise<DeviceDetail> {
  const Data = z.object({ device: DeviceDetail.nullable() });
  const { device } = await client.execute('DeviceDetail', { id }, Data);
  if (!device) throw new GatewayError('NOT_FOUND', 'There is no such device.');
  return device;
}

const Point = z.object({
  at: z.string(),
  heartbeats: z.number(),
  onlineMin: z.number(),
  onlineAvg: z.number(),
  onlineMax: z.number(),
  devices: z.number(),
});

/** A step of the history of the fleet. */
export type HistoryPoint = z.output<typeof Point>;

/** The history of the fleet, the oldest step first. @throws GatewayError */
export async function readFleetHistory(
  client: GatewayClient,
  range: 'HOUR' | 'DAY' | 'MONTH',
): Promise<HistoryPoint[]> {
  const Data = z.object({ fleetHistory: z.object({ points: z.array(Point) }) });
  const { fleetHistory } = await client.execute('FleetHistory', { range }, Data);
  return fleetHistory.points;
}
