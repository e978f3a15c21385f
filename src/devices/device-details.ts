import type { Device } from './device.entity.js';

/** What filters select by, and a device can change. */
export type DeviceDetails = Pick<Device, 'api' | 'name' | 'clientVersion'>;

/** The same before a change, and what else filters select by where that has changed. */
export type FormerDetails = DeviceDetails &
  Partial<Pick<Device, 'displayName' | 'tags' | 'channel'>> & {
    /** Of a device that was retired. */
    readonly retiredAt?: null;
  };

/** What a heartbeat reports about its device; null where it reports nothing. */
export interface DeviceReport {
  /** The id that the device chose for itself. */
  readonly clientId: string | null;
  readonly name: string | null;
  readonly clientVersion: string | null;
}

/** The details of a row of `devices` as a JSON object, in SQL. */
export const detailsOf = (row: string): string =>
  `json_build_object('api', ${row}.door, 'name', ${row}.name, 'clientVersion', ${row}.client_version)`;
