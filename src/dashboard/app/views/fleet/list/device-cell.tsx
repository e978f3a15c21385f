import { useTranslation } from 'react-i18next';
import { useApiName } from '../../../domain/api-name.js';
import { displayName } from '../../../domain/display-name.js';
import { Ago } from '../../../time/ago.js';
import { duration } from '../../../time/duration.js';
import type { Row } from '../live/device-table.js';
import type { Column } from './columns.js';
import classes from './list.module.css';

interface DeviceCellProps {
  readonly column: Column;
  readonly row: Row;
}

/** What one column shows of a device. */
export function DeviceCell({ column, row: { device, seenAt } }: DeviceCellProps) {
  const { i18n } = useTranslation();
  const apiName = useApiName();
  if (column === 'lastSeen' || column === 'firstSeen') {
    return (
      <span className={classes[column]}>
        <Ago at={column === 'lastSeen' ? seenAt : Date.parse(device.firstSeenAt)} />
      </span>
    );
  }
  const texts = {
    owner: () => displayName(device.user),
    api: () => apiName(device.api),
    version: () => device.clientVersion,
    channel: () => device.channel,
    tags: () => device.tags.join(', '),
    interval: () => device.ownIntervalSeconds && duration(device.ownIntervalSeconds * 1000, i18n.language),
  };
  const text = texts[column]() || null;
  return <span title={text ?? undefined}>{text ?? '—'}</span>;
}
