import { useState } from 'react';
import type { UpdateDeviceInput } from '../../generated/graphql.js';
import type { LoadedDevice } from './use-device.js';

const fieldsOf = ({ displayName, notes, tags, channel, ownIntervalSeconds }: LoadedDevice) => ({
  displayName: displayName ?? '',
  notes: notes ?? '',
  tags,
  channel,
  /** Text while it is no number. */
  ownIntervalSeconds: (ownIntervalSeconds ?? '') as number | string,
});

type DeviceFields = ReturnType<typeof fieldsOf>;

/** The state of the form of a device. Only what was edited is saved, so that changes made elsewhere stay. */
export function useDeviceFields(device: LoadedDevice) {
  const [initial] = useState(() => fieldsOf(device));
  const [fields, setFields] = useState(initial);
  const edited = Object.entries(fields).filter(
    ([name, value]) => value !== initial[name as keyof DeviceFields],
  );
  const input: Omit<UpdateDeviceInput, 'id'> = Object.fromEntries(
    edited.map(([name, value]) => [name, value === '' ? null : value]),
  );
  return {
    fields,
    input,
    change: (changes: Partial<DeviceFields>) => setFields((before) => ({ ...before, ...changes })),
  };
}
