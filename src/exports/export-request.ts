import type { AuditFilter } from '../audit-log/audit-filter.js';
import type { DeviceFilter } from '../devices/device-filter.js';
import type { DeviceSorting } from '../devices/device-order.js';
import type { UserKind } from '../users/user.entity.js';
import type { UserSorting } from '../users/user-order.js';

export const ExportFormat = { CSV: 'CSV', JSON_LINES: 'JSON_LINES' } as const;
export type ExportFormat = (typeof ExportFormat)[keyof typeof ExportFormat];

/** How the rows are written. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Whether CSV begins with a byte order mark, without which Excel takes UTF-8 for another encoding. */
  readonly byteOrderMark: boolean;
}

interface Sorting<S> {
  readonly field: S;
  readonly direction: 'asc' | 'desc';
}

/** Which list, with the filter and the order that it is shown with. */
export type ExportedList =
  | { readonly name: 'devices'; readonly filter: DeviceFilter; readonly order: Sorting<DeviceSorting> | null }
  | {
      readonly name: 'users';
      readonly search: string;
      readonly kind: UserKind | null;
      readonly order: Sorting<UserSorting> | null;
    }
  | { readonly name: 'audit'; readonly filter: AuditFilter };

export interface ExportRequest extends ExportOptions {
  readonly list: ExportedList;
}

/** A request that was stored as JSON. */
export function revived(request: ExportRequest): ExportRequest {
  const { list } = request;
  if (list.name !== 'audit') return request;
  const { from, to } = list.filter;
  const filter = {
    ...list.filter,
    from: from == null ? null : new Date(from),
    to: to == null ? null : new Date(to),
  };
  return { ...request, list: { ...list, filter } };
}
