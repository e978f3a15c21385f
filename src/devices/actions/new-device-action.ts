import { DomainError } from '../../errors.js';
import { parseChannel } from '../../releases/new-release.js';
import type { DeviceFilter } from '../device-filter.js';
import { readTag } from '../editing/device-metadata.js';
import { checkSavedFilter } from '../groups/saved-filter.js';
import { DeviceActionKind } from './device-action.entity.js';

/** What to do with which devices. */
export interface NewDeviceAction {
  readonly kind: DeviceActionKind;
  /** The tag or the channel. */
  readonly value: string | null;
  readonly filter: DeviceFilter;
}

/** The action with a normalised value, and a filter that can be saved. @throws DomainError INVALID_INPUT (value, ids) */
export const checkNewAction = ({ kind, value, filter }: NewDeviceAction): NewDeviceAction => ({
  kind,
  value: checkValue(kind, value),
  filter: checkSavedFilter(filter),
});

function checkValue(kind: DeviceActionKind, value: string | null): string | null {
  if (kind === DeviceActionKind.TAG || kind === DeviceActionKind.UNTAG) return readTag(value ?? '', 'value');
  if (kind === DeviceActionKind.SET_CHANNEL) return parseChannel(value ?? '', 'value');
  if (value === null) return null;
  throw new DomainError('INVALID_INPUT', `value must be null for ${kind}.`, { field: 'value' });
}
