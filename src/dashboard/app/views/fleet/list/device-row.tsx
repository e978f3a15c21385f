import { memo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { deviceName } from '../../../domain/device-name.js';
import type { MachineFragment } from '../../../generated/graphql.js';
import type { Selection } from '../bulk/selection.js';
import { SelectDevice } from '../bulk/selection-checkboxes.js';
import type { Fleet } from '../live/fleet.js';
import type { Column } from './columns.js';
import { DeviceCell } from './device-cell.js';
import classes from './list.module.css';

interface DeviceRowProps {
  readonly fleet: Fleet;
  readonly id: string;
  /** The position in the list. */
  readonly index: number;
  readonly count: number;
  /** In pixels from the top of the list. */
  readonly top: number;
  readonly columns: readonly Column[];
  /** For devices that can be selected. */
  readonly selection?: Selection;
  readonly onToggle?: (id: string) => void;
}

/** One device. It renders only when that device changes; plain elements keep frequent renders cheap. */
export const DeviceRow = memo(function DeviceRow({
  fleet,
  id,
  index,
  count,
  top,
  columns,
  selection,
  onToggle,
}: DeviceRowProps) {
  const { t } = useTranslation();
  const row = useSyncExternalStore(fleet.subscribe, () => fleet.table.row(id));
  if (!row) return null;
  const { device, online } = row;
  const name = deviceName(device) ?? t('domain.unnamedDevice');
  const state = online ? t('domain.online') : t('domain.offline');
  return (
    <li
      aria-posinset={index + 1}
      aria-setsize={count}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      {selection && onToggle && (
        <SelectDevice selection={selection} id={id} name={name} onToggle={onToggle} />
      )}
      <span className={classes.device}>
        <span className={classes.presence} data-online={online || undefined} title={state}>
          <span className={classes.visuallyHidden}>{state}</span>
        </span>
        <span className={classes.names}>
          <Link to={`/devices/${id}`} className={classes.link} title={name}>
            {name}
          </Link>
          <Subtitle device={device} withTags={!columns.includes('tags')} />
        </span>
      </span>
      <span className={classes.cells}>
        {columns.map((column) => (
          <DeviceCell key={column} column={column} row={row} />
        ))}
      </span>
    </li>
  );
});

/** The id of a named device, and its tags where they have no column. */
function Subtitle({ device, withTags }: { device: MachineFragment; withTags: boolean }) {
  const { clientId } = device;
  const tags = withTags ? device.tags : [];
  const texts = [clientId === deviceName(device) ? null : clientId, ...tags].filter((text) => text !== null);
  return texts.length > 0 && <small>{texts.join(' · ')}</small>;
}
