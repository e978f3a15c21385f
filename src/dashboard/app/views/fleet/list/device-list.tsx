import { Anchor, Button, Card, Group, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePermission } from '../../../session/session-context.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { Loading } from '../../../ui/loading.js';
import type { Selection } from '../bulk/selection.js';
import { SelectionBar } from '../bulk/selection-bar.js';
import { type FleetFilter, isFiltered, noFilter } from '../filters/fleet-filter.js';
import { type Fleet, MOST_ROWS } from '../live/fleet.js';
import { useFleetSnapshot } from '../live/use-fleet.js';
import { type Columns, useColumns } from './columns.js';
import { ColumnsMenu } from './columns-menu.js';
import { DeviceRows } from './device-rows.js';
import classes from './list.module.css';

interface DeviceListProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly selection: Selection;
  readonly onClear: (filter: Partial<FleetFilter>) => void;
}

/** The sorted devices. Only the rows in view are rendered, as there may be thousands. */
export function DeviceList({ fleet, filter, selection, onClear }: DeviceListProps) {
  const ids = useSyncExternalStore(fleet.subscribe, () => fleet.table.select());
  const columns = useColumns();
  const { loaded, failure, counts } = useFleetSnapshot(fleet);
  // The counts are up to ten seconds old.
  const total = Math.max(ids.length, counts?.[filter.presence === 'all' ? 'total' : filter.presence] ?? 0);
  // An empty list would be wrong; the notices show the failure.
  if (failure && loaded === 0) return null;
  return (
    <>
      <Card padding={0} className={classes.list}>
        <ListHeader fleet={fleet} shown={ids.length} total={total} columns={columns} />
        {ids.length > 0 ? (
          <DeviceRows fleet={fleet} ids={ids} selection={selection} columns={columns.shown} />
        ) : (
          <NoRows fleet={fleet} filtered={isFiltered(filter)} onClear={() => onClear(noFilter)} />
        )}
      </Card>
      <SelectionBar selection={selection} total={total} />
    </>
  );
}

interface NoRowsProps {
  readonly fleet: Fleet;
  readonly filtered: boolean;
  readonly onClear: () => void;
}

function NoRows({ fleet, filtered, onClear }: NoRowsProps) {
  const { t } = useTranslation();
  const { loading, failure } = useFleetSnapshot(fleet);
  if (loading) return <Loading />;
  // The notices show the failure.
  if (failure) return null;
  if (!filtered) return <EmptyState>{t('fleet.list.none')}</EmptyState>;
  return (
    <EmptyState>
      {t('fleet.list.noMatch')}{' '}
      <Button variant="subtle" size="compact-sm" onClick={onClear}>
        {t('fleet.filters.clear')}
      </Button>
    </EmptyState>
  );
}

interface ListHeaderProps {
  readonly fleet: Fleet;
  readonly shown: number;
  readonly total: number;
  readonly columns: Columns;
}

function ListHeader({ fleet, shown, total, columns }: ListHeaderProps) {
  const { t, i18n } = useTranslation();
  const may = usePermission();
  const { loaded, loading } = useFleetSnapshot(fleet);
  const amounts = {
    loaded: loaded.toLocaleString(i18n.language),
    total: total.toLocaleString(i18n.language),
  };
  const limited = !loading && loaded >= MOST_ROWS && total > loaded;
  return (
    <div className={classes.listHeader}>
      {(loaded > 0 || !loading) && (
        <Text size="sm" fw={600}>
          {t('fleet.list.count', { count: shown })}
        </Text>
      )}
      {loading && loaded > 0 && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.loading', amounts)}
        </Text>
      )}
      {limited && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.limited', amounts)}
        </Text>
      )}
      <Group gap="sm">
        {may('DEVICES_MANAGE') && (
          <Anchor component={Link} to="/devices/actions" size="sm">
            {t('deviceActions.title')}
          </Anchor>
        )}
        <ColumnsMenu {...columns} />
      </Group>
    </div>
  );
}
