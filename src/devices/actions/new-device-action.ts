import { DomainError } from '../../errors.js';
import { parseChannel } from '../../releases/new-release.js';
import type { DeviceFilter } from '../device-filter.js';
import { readTag } from '../editing/device-metadata.js';
import { DeviceActionKind } from './device-action.entity.js';

/** A selection by hand. More devices are selected by a filter. */
export const MAX_SELECTED_IDS = 5000;

/** What to do with which devices. */
export interface NewDeviceAction {
  readonly kind: DeviceActionKind;
  /** The tag or the channel. */
  readonly value: string | null;
  readonly filter: DeviceFilter;
}

/** The action with a normalized value, and a filter that says whether it selects retired devices. @throws DomainError INVALID_INPUT (value, ids) */
export function checkNewAction({ kind, value, filter }: NewDeviceAction): NewDeviceAction {
  const { ids = null, retired = ids === null ? false : null } = filter;
  if (ids !== null && ids.length > MAX_SELECTED_IDS) {
    const message = `ids must be at most ${MAX_SELECTED_IDS}: select more devices by other fields of the filter.`;
    throw new DomainError('INVALID_INPUT', message, { field: 'ids' });
  }
  return { kind, value: checkValue(kind, value), filter: { ...filter, retired } };
}

function checkValue(kind: DeviceActionKind, value: string | null): string | null {
  if (kind === DeviceActionKind.TAG || kind === DeviceActionKind.UNTAG) return readTag(value ?? '', 'value');
  if (kind === DeviceActionKind.SET_CHANNEL) return parseChannel(value ?? '', 'value');
  if (value === null) return null;
  throw new DomainError('INVALID_INPUT', `value must be null for ${kind}.`, { field: 'value' });
}
