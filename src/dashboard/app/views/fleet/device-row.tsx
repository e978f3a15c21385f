import { memo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isApiName } from '../../domain/api-name.js';
import { deviceName } from '../../domain/device-name.js';
import { displayName } from '../../domain/display-name.js';
import { Ago } from '../../time/ago.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';

interface DeviceRowProps {
  readonly fleet: Fleet;
  readonly id: string;
  /** In the list. */
  readonly index: number;
  readonly count: number;
  /** In pixels from the start of the list. */
  readonly top: number;
  readonly showOwner: boolean;
}

/** One device. It renders when that device changes, and no other does: plain elements, for it may be often. */
export const DeviceRow = memo(function DeviceRow({
  fleet,
  id,
  index,
  count,
  top,
  showOwner,
}: DeviceRowProps) {
  const { t } = useTranslation();
  const row = useSyncExternalStore(fleet.subscribe, () => fleet.table.row(id));
  if (!row) return null;
  const { device, online, seenAt } = row;
  const state = online ? t('fleet.online') : t('fleet.offline');
  return (
    <li
      aria-posinset={index + 1}
      aria-setsize={count}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className={classes.device}>
        <span className={classes.presence} data-online={online || undefined} title={state}>
          <span className={classes.unseen}>{state}</span>
        </span>
        <span className={classes.names}>
          <Link to={`/devices/${id}`} className={classes.link}>
            {deviceName(device) ?? t('fleet.list.unnamed')}
          </Link>
          {device.name && device.clientId && <small>{device.clientId}</small>}
        </span>
      </span>
      {showOwner && <span className={classes.wide}>{displayName(device.user)}</span>}
      <span className={classes.wide}>
        {isApiName(device.door) ? t(`fleet.doors.${device.door}`) : device.door}
      </span>
      <span>{device.clientVersion ?? '—'}</span>
      <span className={classes.seen}>
        <Ago at={seenAt} />
      </span>
    </li>
  );
});
