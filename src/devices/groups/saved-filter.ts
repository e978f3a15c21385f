import { DomainError } from '../../errors.js';
import type { DeviceFilter } from '../device-filter.js';

/** A selection by hand. More devices are selected by other fields. */
export const MAX_SELECTED_IDS = 5000;

/** A filter to be saved. It says whether it selects retired devices. @throws DomainError INVALID_INPUT (ids) */
export function checkSavedFilter(filter: DeviceFilter): DeviceFilter {
  const { ids = null, retired = ids === null ? false : null } = filter;
  if (ids === null || ids.length <= MAX_SELECTED_IDS) return { ...filter, retired };
  const message = `ids must be at most ${MAX_SELECTED_IDS}: select more devices by other fields of the filter.`;
  throw new DomainError('INVALID_INPUT', message, { field: 'ids' });
}
