import { ExportButton } from '../../domain/export-button.js';
import { type DeviceFilter, type DeviceOrder, ExportDevicesDocument } from '../../generated/graphql.js';
import type { FleetFilter } from './filters/fleet-filter.js';
import type { FleetOrder } from './filters/fleet-order.js';

/** The orders of the page that the gateway has, too. */
const orders: Partial<Record<FleetOrder, DeviceOrder>> = {
  name: { field: 'NAME', direction: 'ASC' },
  newest: { field: 'FIRST_SEEN_AT', direction: 'DESC' },
  seen: { field: 'LAST_SEEN_AT', direction: 'DESC' },
  silent: { field: 'LAST_SEEN_AT', direction: 'ASC' },
};

interface ExportDevicesProps {
  readonly filter: FleetFilter;
  /** Without the presence, which the page filters by itself. */
  readonly deviceFilter: DeviceFilter;
}

export function ExportDevices({ filter: { presence, order }, deviceFilter }: ExportDevicesProps) {
  const online = presence === 'all' ? {} : { online: presence === 'online' };
  return (
    <ExportButton
      document={ExportDevicesDocument}
      input={{ filter: { ...deviceFilter, ...online }, orderBy: orders[order] ?? null }}
      downloadOf={({ exportDevices }) => exportDevices.download}
    />
  );
}
