import { ExportButton } from '../../domain/export-button.js';
import { type DeviceFilter, ExportDevicesDocument } from '../../generated/graphql.js';
import type { FleetFilter } from './filters/fleet-filter.js';
import { orderBy } from './filters/fleet-order.js';

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
      input={{ filter: { ...deviceFilter, ...online }, orderBy: orderBy(order) }}
      downloadOf={({ exportDevices }) => exportDevices.download}
    />
  );
}
